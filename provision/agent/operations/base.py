"""What all operations of the agent have in common.

An operation is a request's name and typed parameters, and the type of its answer. The same models
are read by the controller, the simulator and the contract suite; `agent/powershell/` answers them
on a real host. Field names are the JSON keys on the wire.
"""

from __future__ import annotations

from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from provision.model.errors import ProvisionError
from provision.model.outcome import Json

WIRE = "wire"
"""In a serialization's context: write secrets as they are, for the host."""


class Answer(BaseModel):
    """What an operation gives back; unknown keys are an error on both sides."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ChangeAnswer(Answer):
    """The answer of an operation that brings something into a state.

    Args:
        changed: Whether it changed anything, or in check mode would have.
        before: The state before, as plain data.
        after: The state after; in check mode the state that it would have reached.
    """

    changed: bool
    before: Json = None
    after: Json = None


A = TypeVar("A", bound=Answer)


class Operation(BaseModel, Generic[A]):
    """A request to the agent.

    Class attributes:
        name: The operation's name on the wire.
        answer: The type of its answer.
        changes: It can change the host, so it honours check mode.
        repeatable: Carrying it out again after its answer was lost does no harm. The session
            itself never does so: it asks for the kept answer by sequence number; this matters
            only when the agent that kept it is gone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ClassVar[str]
    answer: ClassVar[type[Answer]]
    changes: ClassVar[bool] = False
    repeatable: ClassVar[bool] = True

    def can_repeat(self) -> bool:
        """Whether asking another agent again does no harm."""
        return self.repeatable

    def can_change(self) -> bool:
        """Whether it may leave the host otherwise than it was."""
        return self.changes

    def parse(self, result: Any) -> A:
        """Read the agent's answer.

        Raises:
            pydantic.ValidationError: The answer has another shape.
        """
        return self.answer.model_validate(result)  # type: ignore[return-value]


class ErrorRecord(Answer):
    """A PowerShell error in the parts that no locale translates, and its text.

    Args:
        message: As the host prints it, in the host's language.
        id: `FullyQualifiedErrorId`, such as `PathNotFound,Microsoft.PowerShell.Commands.…`.
        hresult: Eight hexadecimal digits with 0x, upper case, such as `0x80070490`.
        category: PowerShell's error category.
        exception: The exception's full type name.
        script: Base name of the script it came from; empty when there is none.
        line: Line in that script; 0 when there is none.
    """

    message: str
    id: str = ""
    hresult: str = ""
    category: str = ""
    exception: str = ""
    script: str = ""
    line: int = 0


class OperationError(ProvisionError):
    """The host could not carry out an operation.

    The ids that the agent itself gives (all others are Windows' own):
    `UnknownOperation`, `BadRequest`, `AnswerForgotten` (a number already carried out whose answer
    is no longer kept), `NotFound`, `HashMismatch`, `DownloadFailed`, `DiskFull`, `NotSupported`,
    `JobExists` (same id, other content), `CallExists`, `CallLost` and
    `CallLostInRestart` (see `execution`), `CallStopped` (by `call.stop`), `StartFailed`,
    `NotElevated`, `FeatureFailed`, `RestartRefused`, `DataFolderNotOurs` (a user made the folder
    whose content runs as SYSTEM).
    """

    def __init__(self, operation: str, record: ErrorRecord) -> None:
        where = f" ({record.script}:{record.line})" if record.script else ""
        details = ", ".join(part for part in (record.id, record.hresult) if part)
        super().__init__(f"{operation}: {record.message}", details=f"{details}{where}")
        self.operation = operation
        self.record = record
