"""What became of a run, as its entries tell it.

Whether a run without an end still goes on cannot be told from its entries; that is the lease's to
say.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from provision.journal.entry import Run
from provision.model.outcome import Change, CheckResult


class RunState(Enum):
    """Where a run stands.

    `OPEN` has no end: it goes on, or something ended it that could not write; `INTERRUPTED` ended
    where it can be gone on with.
    """

    OPEN = "open"
    INTERRUPTED = "interrupted"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class TaskStory:
    """One task of a run, all its parts together.

    Args:
        outcome: None while it has not ended.
        seconds: Host seconds of the parts that ended.
        starts: How often it was begun; more than once when the run was resumed in it.
        reason: Why it failed or was skipped; else a short line of evidence.
        issue: The known issue that explains a failure; empty when none does.
    """

    number: int
    name: str
    step: str = ""
    outcome: str | None = None
    seconds: float = 0.0
    starts: int = 0
    started: str = ""
    ended: str = ""
    changes: tuple[Change, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    reason: str = ""
    remedy: str = ""
    issue: str = ""


@dataclass(frozen=True, slots=True)
class WarningStory:
    """One warning."""

    task: int | None
    name: str
    issue: str
    brief: str
    evidence: str
    remedy: str
    expected: bool


@dataclass(frozen=True, slots=True)
class RestartStory:
    """One restart of the host.

    Args:
        seconds: Host seconds between the last answer and the first of the new boot.
        expected: False when nobody asked for it.
    """

    time: str
    task: int | None
    boot_time: str
    seconds: float
    expected: bool


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Something that was about to be done to the host, and no answer was written."""

    task: int | None
    effect: int
    what: str
    params: str
    time: str


@dataclass(frozen=True, slots=True)
class RunStory:
    """A run as its entries tell it.

    Args:
        outcome: Of the last end that was written; empty when there is none.
        exit_code: The command's; None when there is no end.
        seconds: Host seconds of the parts that ended.
        parts: How often it was begun or gone on with.
        owner: Who did the last part, as leases name it.
        machine: The host as it named itself.
        boots: Tokens of the boots that it met, in order.
        lost: How often the connection was lost.
        unanswered: Of the last part; what became of it only the host can tell.
        last_number: The last entry's number; 0 before the first.
        last_time: When that was written, or when the run began.
    """

    run: Run
    state: RunState = RunState.OPEN
    outcome: str = ""
    exit_code: int | None = None
    message: str = ""
    remedy: str = ""
    seconds: float = 0.0
    parts: int = 0
    owner: str = ""
    machine: str = ""
    os_build: int = 0
    boots: tuple[str, ...] = ()
    tasks: tuple[TaskStory, ...] = ()
    warnings: tuple[WarningStory, ...] = ()
    restarts: tuple[RestartStory, ...] = ()
    lost: int = 0
    lines: int = 0
    unanswered: tuple[Unanswered, ...] = ()
    last_number: int = 0
    last_time: str = ""

    @property
    def task(self) -> TaskStory | None:
        """The task that was begun and has not ended; None between two."""
        begun = [task for task in self.tasks if task.starts and task.outcome is None]
        return begun[-1] if begun else None

    @property
    def counts(self) -> dict[str, int]:
        """How many tasks ended with each outcome."""
        outcomes = [task.outcome for task in self.tasks if task.outcome is not None]
        return {outcome: outcomes.count(outcome) for outcome in dict.fromkeys(outcomes)}
