"""What a transfer needs of a connection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from provision.agent.operations.base import Answer, Operation, OperationError
from provision.transport.channel import FileChannel

A = TypeVar("A", bound=Answer)


class Asking(Protocol):
    """Lets the host's agent carry out operations; see `HostConnection` and `AgentClient`."""

    @property
    def files(self) -> FileChannel | None:
        """Carries files beside the requests, where the transport can."""

    def call(self, operation: Operation[A], *, check: bool = False) -> A:
        """Carry one out; raises `OperationError` when the host refuses."""

    def try_many(
        self, operations: Sequence[Operation[A]], *, check: bool = False
    ) -> list[A | OperationError]:
        """Carry several out, sent in one go; refusals are results."""
