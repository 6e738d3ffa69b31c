"""What every kind of check is."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator

from provision.agent.operations.base import Answer, Operation, OperationError

A = TypeVar("A", bound=Answer)
Judgement = tuple[bool, str]
"""Whether a check holds, and what was found."""

KINDS = (
    "switch", "adapter", "nat", "image", "docker", "service", "feature", "file", "no_file",
    "no_task", "containerd", "prefix_free", "external_adapter", "virtualization", "resources",
    "image_fits",
)  # fmt: skip


class CheckKind(BaseModel):
    """One demand on a host.

    Class attributes:
        short: The parameter that a plain string means; None when a mapping is needed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    short: ClassVar[str | None] = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, written: Any) -> Any:
        if isinstance(written, str) and cls.short is not None:
            return {cls.short: written}
        return written

    @abstractmethod
    def title(self) -> str:
        """Say in a few words what is demanded."""

    @abstractmethod
    def questions(self) -> tuple[Operation[Any], ...]:
        """The operations whose answers decide it."""

    @abstractmethod
    def judge(self, answers: Sequence[Answer | OperationError]) -> Judgement:
        """Decide by the answers, in the order of the questions."""

    def remedy(self, answers: Sequence[Answer | OperationError]) -> str:  # noqa: ARG002
        """Say what to do when it does not hold; empty when the check itself says enough."""
        return ""

    def issue(self, answers: Sequence[Answer | OperationError]) -> str:  # noqa: ARG002
        """Name the known issue that comes of it when it does not hold; empty when none does."""
        return ""


def expect(answer: Answer | OperationError, kind: type[A]) -> A:
    """Give an answer as what it is.

    Raises:
        OperationError: The host refused the question.
    """
    if isinstance(answer, OperationError):
        raise answer
    assert isinstance(answer, kind), f"{type(answer).__name__} is no {kind.__name__}"
    return answer


def same(one: str, other: str) -> bool:
    """Compare names as Windows does: upper and lower case are the same."""
    return one.casefold() == other.casefold()


def among(names: Sequence[str], thing: str) -> str:
    """Say what there is in place of what was sought."""
    return f"none of that name; there is {', '.join(map(repr, names))}" if names else f"no {thing}"
