"""What a step may ask of the runner.

A step is a generator: it yields effects, gets their results, and returns a `StepResult`. It does no
input or output itself, so that the runner alone deals with lost connections, restarts, deadlines
and interruptions, and so that a test can play a whole step without a host.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from provision.agent.operations.base import Answer, Operation, OperationError
from provision.model.boot import BootIdentity
from provision.model.outcome import StepResult
from provision.steps.transfer import Transfer


@dataclass(frozen=True, slots=True)
class Call:
    """Let the agent carry out an operation; gives its answer.

    The runner raises `OperationError` into the step when the host refuses, and `AnswerLost` when
    the agent died over an operation that must not be repeated. After any other loss it reconnects,
    waits for the boot to settle if there was a restart, and asks again.

    Args:
        check: Say what would change, and change nothing.
    """

    operation: Operation[Any]
    check: bool = False


@dataclass(frozen=True, slots=True)
class CallMany:
    """Let the agent carry out several operations, sent in one go.

    Gives a tuple with, for each operation and in that order, its answer, or the `OperationError`
    with which the host refused it: one refusal does not keep the others from being carried out.
    """

    operations: tuple[Operation[Any], ...]
    check: bool = False


@dataclass(frozen=True, slots=True)
class RestartHost:
    """Restart the host and go on when the new boot has settled; gives a `Restarted`."""

    reason: str


@dataclass(frozen=True, slots=True)
class Restarted:
    """Two boots and the host seconds between them."""

    old: BootIdentity
    new: BootIdentity
    seconds: float


@dataclass(frozen=True, slots=True)
class ExpectRestarts:
    """Say that until the task ends the host may restart by itself, and should; gives None."""


@dataclass(frozen=True, slots=True)
class CurrentBoot:
    """Ask which boot the runner is connected to; gives a `BootIdentity`, without a request."""


@dataclass(frozen=True, slots=True)
class Sleep:
    """Let host seconds pass; gives None."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Ask for the host seconds since the task began; gives a float."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Show one line; gives None. Kinds are those of `TaskProgress`."""

    text: str
    kind: str = "phase"


@dataclass(frozen=True, slots=True)
class ReadLocalFile:
    """Read a file of the controller; gives bytes.

    Relative paths are sought beside the playbook. A missing file fails the task.
    """

    path: str


@dataclass(frozen=True, slots=True)
class Upload:
    """Send bytes to a file of the host, in pieces, checked and put in place atomically.

    Gives the `ChangeAnswer` of `file.commit`; nothing is sent when the host has the hash already.
    """

    content: bytes
    path: str
    check: bool = False


@dataclass(frozen=True, slots=True)
class Render:
    """Fill in a template text with the task's variables; gives a str."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Evaluate:
    """Decide a Jinja2 expression with the task's variables; gives a bool."""

    expression: str


Effect: TypeAlias = (
    Call
    | CallMany
    | RestartHost
    | ExpectRestarts
    | CurrentBoot
    | Sleep
    | Elapsed
    | Progress
    | ReadLocalFile
    | Upload
    | Render
    | Evaluate
    | Transfer
)
T = TypeVar("T")
Procedure: TypeAlias = Generator[Effect, Any, T]
"""A piece of a step that gives a T."""

StepProcedure: TypeAlias = Procedure[StepResult]

A = TypeVar("A", bound=Answer)


def call(operation: Operation[A], *, check: bool = False) -> Procedure[A]:
    """Carry out an operation, with the type of its answer kept."""
    answer: A = yield Call(operation, check)
    return answer


def call_all(
    operations: Sequence[Operation[Any]], *, check: bool = False
) -> Procedure[tuple[Answer | OperationError, ...]]:
    """Carry out several operations in one go; gives the answers and refusals in that order."""
    answers: tuple[Answer | OperationError, ...] = yield CallMany(tuple(operations), check)
    return answers
