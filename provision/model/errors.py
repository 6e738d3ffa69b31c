"""Errors as people read them: what happened, the evidence, what to do.

Every error that may reach a person derives from `ProvisionError`; exit codes are decided in
`cli/exit_codes.py` alone, by class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from provision.model.position import Position


class ErrorClass(Enum):
    """How a retry policy must treat an error."""

    PERMANENT = "permanent"
    TRANSIENT = "transient"
    LOST = "lost"


class ProvisionError(Exception):
    """The root of all errors that are meant to be read.

    Args:
        brief: One line: what happened.
        details: The evidence, as much as helps; may have several lines.
        resolution: What the reader can do about it.
    """

    error_class = ErrorClass.PERMANENT

    def __init__(self, brief: str, *, details: str = "", resolution: str = "") -> None:
        super().__init__(brief)
        self.brief = brief
        self.details = details
        self.resolution = resolution


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a file or an option that a user gave."""

    message: str
    position: Position | None = None
    hint: str = ""


class InputError(ProvisionError):
    """Everything that is wrong with what the user gave, all at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=_place))
        count = len(self.problems)
        brief = self.problems[0].message if count == 1 else f"{count} problems found"
        super().__init__(brief)


class SecretError(ProvisionError):
    """A secret that a host file refers to cannot be had."""


class UnreachableError(ProvisionError):
    """The host gave no authenticated answer within its deadline."""


class AuthenticationError(UnreachableError):
    """The host answered and refused who we are."""


class TaskError(ProvisionError):
    """A task cannot reach its goal; the run of this host ends here."""


def _place(problem: Problem) -> tuple[str, int, int]:
    at = problem.position
    return (at.file, at.line, at.column) if at else ("", 0, 0)
