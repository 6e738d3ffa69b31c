"""Everything that observers are told, as frozen data.

The engine emits events and prints nothing. `EVENTS_VERSION` rises when a field changes its meaning
or goes away; new fields and new events may appear within one version.
"""

from __future__ import annotations

from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

from provision.model.boot import BootIdentity
from provision.model.facts import Facts
from provision.model.outcome import Change

EVENTS_VERSION = 1


class Event(BaseModel):
    """What all events have.

    Args:
        time: The controller's clock, ISO 8601 UTC with milliseconds.
        event: The kind of event.
        host: Name of the host.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    time: str
    event: str
    host: str


class RunStarted(Event):
    """A run on one host begins.

    Args:
        version: Of this format.
        run: The run's id.
        playbook: The playbook's file.
        address: Where the host is reached.
        simulated: True when a simulated host stands in.
        check: True in check mode.
    """

    event: Literal["run_started"] = "run_started"
    version: int = EVENTS_VERSION
    run: str
    playbook: str
    address: str
    simulated: bool
    check: bool


class RunContinued(Event):
    """An earlier run on this host did not come to its end; what becomes of it now.

    Args:
        run: The run that goes on: the earlier one when it is resumed, else a new one.
        resumed: False when the run begins anew.
        reason: What was found.
        done: How many tasks had finished before.
    """

    event: Literal["run_continued"] = "run_continued"
    run: str
    resumed: bool
    reason: str
    done: int


class HostAwaited(Event):
    """The host gives no usable answer yet, and is tried again; told once for each reason.

    Args:
        reason: What came of the latest try.
        until: When it is given up, by the controller's clock, ISO 8601 UTC with milliseconds.
    """

    event: Literal["host_awaited"] = "host_awaited"
    reason: str
    until: str


class HostConnected(Event):
    """The agent answers.

    Args:
        seconds: Host seconds that it took.
        facts: What was observed of the host.
    """

    event: Literal["host_connected"] = "host_connected"
    seconds: float
    facts: Facts


class PlanRow(BaseModel):
    """One task of the plan."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str
    step: str
    action: Literal["run", "skip", "decide"]
    reason: str
    intent: str


class PlanMade(Event):
    """What the run intends to do, and why."""

    event: Literal["plan_made"] = "plan_made"
    tasks: tuple[PlanRow, ...]


class TaskStarted(Event):
    """A task begins.

    Args:
        number: Counted from 1.
        total: How many tasks the plan has.
    """

    event: Literal["task_started"] = "task_started"
    task: str
    step: str
    number: int
    total: int


class TaskProgress(Event):
    """Something worth showing while a task runs.

    Args:
        kind: `output`, `warning`, `error`, `information`, `progress` for an installer's own lines;
            `stdout`, `stderr` for those of a short program, told when it has ended; `phase` for
            what the tool itself does; `waiting` for silence with its evidence.
        text: One line.
        elapsed: Host seconds since the task began.
    """

    event: Literal["task_progress"] = "task_progress"
    task: str
    kind: str
    text: str
    elapsed: float


class HostLost(Event):
    """The connection broke; whether the host restarts is not known yet."""

    event: Literal["host_lost"] = "host_lost"
    reason: str
    expected: bool


class HostRestarted(Event):
    """The host answers again, in another boot.

    Args:
        old: The boot before.
        new: The boot now.
        seconds: Host seconds between the last answer and the first of the new boot.
        expected: False when nobody asked for this restart.
    """

    event: Literal["host_restarted"] = "host_restarted"
    old: BootIdentity
    new: BootIdentity
    seconds: float
    expected: bool


class WarningRaised(Event):
    """A known issue that did not stop the host from working."""

    event: Literal["warning"] = "warning"
    task: str
    issue: str
    brief: str
    evidence: str
    remedy: str
    expected: bool


class TaskFinished(Event):
    """A task ended.

    Args:
        outcome: `ok`, `changed`, `failed`, `skipped` or `unreachable`.
        seconds: Host seconds.
        change: What changed; empty when nothing did.
        reason: Why it was skipped or failed; else a short line of evidence.
        remedy: What to do about a failure.
        issue: The known issue that explains a failure; empty when none does.
    """

    event: Literal["task_finished"] = "task_finished"
    task: str
    step: str
    outcome: str
    seconds: float
    change: tuple[Change, ...]
    reason: str
    remedy: str
    issue: str = ""


class VerifyResult(Event):
    """One row of a verification."""

    event: Literal["verify_result"] = "verify_result"
    task: str
    check: str
    passed: bool
    found: str


class RunFinished(Event):
    """A run on one host ended.

    Args:
        outcome: `ok`, `changed`, `failed`, `unreachable` or `interrupted`.
        exit_code: The command's exit code, as far as this host decides it.
        warnings: How many were raised.
        seconds: Host seconds.
        real_seconds: The controller's seconds.
        counts: How many tasks ended with each outcome.
        message: Why it failed, or what goes on on the host; empty when all is well.
        remedy: What to do.
    """

    event: Literal["run_finished"] = "run_finished"
    outcome: str
    exit_code: int
    warnings: int
    seconds: float
    real_seconds: float
    counts: dict[str, int]
    message: str
    remedy: str


class Observer(Protocol):
    """Someone who is told what happens, and never decides anything."""

    def notice(self, event: Event) -> None:
        """Take note of one event; must not raise."""

    def close(self) -> None:
        """Write what is still held back."""
