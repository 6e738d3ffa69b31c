"""Operations on recorded calls: programs and scripts that a run waits for, but that outlive it.

What a recorded call is, `execution` says.
"""

from __future__ import annotations

from typing import ClassVar

from provision.agent.operations.base import Answer, ChangeAnswer, Operation
from provision.agent.operations.execution import SafeId


class CallRow(Answer):
    """One recorded call that is at work.

    Args:
        began: When it began, by the host's clock, ISO 8601 UTC with milliseconds.
    """

    id: str
    began: str


class CallListAnswer(Answer):
    """The recorded calls that are at work, sorted by id."""

    calls: tuple[CallRow, ...]


class CallList(Operation[CallListAnswer]):
    """List the recorded calls that are at work; those that ended, or were lost, are not told."""

    name: ClassVar[str] = "call.list"
    answer: ClassVar[type[Answer]] = CallListAnswer


class CallStop(Operation[ChangeAnswer]):
    """Stop a recorded call with its whole process tree.

    Asked for its answer afterwards, it is the error `CallStopped`: it never runs again. `before`
    and `after` are `{"at_work": …}`.
    """

    name: ClassVar[str] = "call.stop"
    answer: ClassVar[type[Answer]] = ChangeAnswer
    changes: ClassVar[bool] = True

    id: SafeId
