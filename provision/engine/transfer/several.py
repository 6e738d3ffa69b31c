"""What both ways of carrying folders share: requests in lots, and changes told in bounds."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import TypeVar

from provision.agent.operations.base import Answer, Operation, OperationError
from provision.engine.transfer.asking import Asking
from provision.engine.transfer.watch import megabytes
from provision.model.outcome import Change

SMALL = 64 * 1024
"""A file of so many bytes goes in one request, together with others."""

AT_ONCE = 16
"""Requests that are made at once: at most 1 MB of content."""

TOLD = 100
"""Changes that are told one by one."""

A = TypeVar("A", bound=Answer)
T = TypeVar("T")


def ask(connection: Asking, requests: Sequence[Operation[A]]) -> list[A]:
    """Let the host carry several out, sent in one go.

    Raises:
        OperationError: It refuses one.
    """
    answers: list[A] = []
    for answer in connection.try_many(requests):
        if isinstance(answer, OperationError):
            raise answer
        answers.append(answer)
    return answers


def runs(items: Sequence[T], count: int) -> Iterator[Sequence[T]]:
    """Cut a sequence into pieces of at most so many."""
    for start in range(0, len(items), count):
        yield items[start : start + count]


def below(path: str, folders: Container[str]) -> bool:
    """Tell whether a path, with backslashes, is one of these or lies below one."""
    parts = path.split("\\")
    return any("\\".join(parts[:count]) in folders for count in range(1, len(parts) + 1))


def told(changes: Sequence[Change], folder: str, carried: int) -> Iterator[Change]:
    """Give the changes that are told: the last one counts those beyond the first hundred."""
    yield from changes[:TOLD]
    more = len(changes) - TOLD
    if more > 0:
        what = f"{folder}, {more} more files and folders"
        yield Change(what=what, after={"sent": megabytes(carried)})
