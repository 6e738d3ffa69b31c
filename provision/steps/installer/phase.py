"""One phase: the script runs once, as a job, until it ends or the host restarts under it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

from provision.agent.operations.base import ChangeAnswer, Operation, OperationError
from provision.agent.operations.execution import Record
from provision.agent.operations.jobs import JobRemove, JobStart, JobState
from provision.agent.operations.scheduled_tasks import ScheduledTaskRemove
from provision.model.boot import BootIdentity
from provision.steps.detached import ENDED, UNDER_WAY, still_running
from provision.steps.effect import CurrentBoot, Procedure, Progress, call, call_all
from provision.steps.following import End, Followed, follow
from provision.steps.installer.contract import RestartMode
from provision.steps.installer.params import InstallerParams
from provision.steps.step import StepContext


class PhaseEnd(Enum):
    """What a phase came to."""

    COMPLETE = "printed its closing line"
    RESTARTED = "the host restarted under it"
    WANTS_RESTART = "ended and wants a restart"
    ENDED_EARLY = "ended without its closing line"
    LOST = "its process is gone"
    HUNG = "hung"
    OVERDUE = "took too long"
    NOT_STARTED = "did not start"


@dataclass(frozen=True, slots=True)
class Phase:
    """How one run of the script ended.

    Args:
        boot: The boot in which it began.
        said: The line by which it said that a restart is needed; empty when it did not.
    """

    end: PhaseEnd
    boot: BootIdentity
    followed: Followed
    said: str = ""


class _Listener:
    """Notices the two lines that matter, also when later output pushes them out of the records."""

    def __init__(self, params: InstallerParams) -> None:
        self._line = params.complete.line.strip()
        self._restart = re.compile(params.restart_needed_text, re.IGNORECASE)
        self._managed = params.restart is RestartMode.MANAGED
        self.complete = False
        self.restart_said = ""

    def notice(self, record: Record) -> None:
        if record.kind == "error" and self._managed:
            # A script that goes on to fail did not stop for the restart.
            self.restart_said = ""
        if record.kind not in ("output", "information", "warning"):
            return
        for line in record.text.splitlines():
            if line.strip() == self._line and record.kind != "warning":
                self.complete = True
            elif self._restart.search(line):
                self.restart_said = line.strip()


def run_phase(
    params: InstallerParams,
    context: StepContext,
    known: JobState,
    until: float,
    *,
    adopt: bool = False,
) -> Procedure[Phase]:
    """Remove what would resume the script by itself, start it or find it running, follow it.

    Args:
        known: What the job was doing at the last look; an ended one is an earlier phase's.
        until: Host seconds since the task began after which it is overdue.
        adopt: The ended job is this phase's: it ended while nobody looked, and is not run again.
            If it wanted a restart and another boot answers now, that restart has happened.
    """
    job = context.key
    boot: BootIdentity = yield CurrentBoot()
    if adopt:
        yield Progress(f"job {job} ended while nobody looked; its result is taken")
    else:
        yield from _clear(params, job, known)
        started = yield from _start(params, context, known)
        # The host may have restarted before the script was launched, or under it.
        boot = (yield CurrentBoot()) if started else boot
    listener = _Listener(params)
    followed = yield from follow(job, params.silence, until, listener.notice)
    now: BootIdentity = yield CurrentBoot()
    restarted = not now.same_boot(boot) or followed.evidence.startswith("boot changed")
    if adopt and listener.restart_said and followed.boot:
        restarted |= followed.boot != now.token
    return Phase(
        _judge(followed, listener, restarted=restarted), boot, followed, listener.restart_said
    )


def _clear(params: InstallerParams, job: str, known: JobState) -> Procedure[None]:
    operations: list[Operation[Any]] = []
    if params.resume_task is not None:
        operations.append(ScheduledTaskRemove(task=params.resume_task))
    if known in ENDED:
        operations.append(JobRemove(id=job))
    if not operations:
        return
    for operation, answer in zip(operations, (yield from call_all(operations)), strict=True):
        if isinstance(answer, OperationError):
            raise answer
        removed = isinstance(answer, ChangeAnswer) and answer.changed
        if isinstance(operation, ScheduledTaskRemove) and removed:
            yield Progress(f"removed the scheduled task {operation.task}: this tool resumes")


def _start(params: InstallerParams, context: StepContext, known: JobState) -> Procedure[bool]:
    """Start the script, unless it runs; tells whether it was launched just now."""
    job = context.key
    start = JobStart(
        id=job,
        path=params.script,
        arguments=params.all_arguments,
        directory=params.working_directory,
        run=context.run,
        account=params.account,
    )
    try:
        answer = yield from call(start)
    except OperationError as error:
        if known in UNDER_WAY and error.record.id.startswith("JobExists"):
            raise still_running(job) from None
        raise
    if known in UNDER_WAY:
        yield Progress(f"{params.title} is still running as job {job}; it is followed on")
    else:
        typed = " ".join((params.title, *params.all_arguments))
        yield Progress(f"{typed} runs as job {job}")
    return answer.started


def _judge(followed: Followed, listener: _Listener, *, restarted: bool) -> PhaseEnd:
    if listener.complete and followed.end is End.FINISHED:
        return PhaseEnd.COMPLETE
    if restarted:
        return PhaseEnd.RESTARTED
    match followed.end:
        case End.FINISHED:
            return PhaseEnd.WANTS_RESTART if listener.restart_said else PhaseEnd.ENDED_EARLY
        case End.LOST:
            return PhaseEnd.LOST
        case End.HUNG:
            return PhaseEnd.HUNG
        case End.OVERDUE:
            return PhaseEnd.OVERDUE
        case End.NOT_STARTED:
            return PhaseEnd.NOT_STARTED
