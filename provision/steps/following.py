"""Following a job on the host until it ends, or until it is given up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from provision.agent.operations.execution import Record
from provision.agent.operations.jobs import JobExit, JobPoll, JobPollAnswer, JobState
from provision.steps.effect import Elapsed, Procedure, Progress, call
from provision.steps.records import Records, lines_of
from provision.steps.vital_signs import WINDOW, Silence, VitalSigns, minutes

FIRST_WAIT = 2.0
LONGEST_WAIT = 30.0
SECOND_LOOK = WINDOW + 5.0
START_SECONDS = 300.0
"""Host seconds that Windows' scheduler may take to start a job's process."""


Notice: TypeAlias = Callable[[Record], Iterable[str] | None]
"""Looks at a record, and may say something about it."""


class End(Enum):
    """Why following a job ended."""

    FINISHED = "finished"
    LOST = "lost"
    HUNG = "hung"
    OVERDUE = "overdue"
    NOT_STARTED = "not started"


BY_TIME = frozenset({End.HUNG, End.OVERDUE, End.NOT_STARTED})
"""Ends that time alone decides."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of a job.

    Args:
        records: What was kept of what it wrote.
        exit: When it finished.
        boot: Token of the boot in which its process ran; empty when unknown.
        evidence: Why it counts as lost, hung, overdue or not started.
    """

    end: End
    records: tuple[Record, ...]
    exit: JobExit | None = None
    evidence: str = ""
    boot: str = ""


def follow(
    job: str,
    silence: Silence,
    until: float,
    notice: Notice | None = None,
) -> Procedure[Followed]:
    """Poll a job and show what it writes. Starts and stops nothing.

    A lost connection or a restart of the host is no end: the same job is polled on, and its folder
    tells what became of it. An answer that was lost, and came when it was asked for again, is as
    old as the loss: what time alone would decide is decided by a second answer.

    Args:
        until: Host seconds since the task began after which it counts as overdue.
        notice: Told of every record, also of those that are not kept; the lines that it gives are
            shown.
    """
    records = Records()
    offset, wait = 0, 0.0
    began: float = yield Elapsed()
    signs = VitalSigns(silence, began)
    looking_again = False
    while True:
        answer = yield from call(JobPoll(id=job, offset=offset, wait=wait))
        offset = answer.next_offset
        if answer.skipped:
            yield Progress(f"{megabytes(answer.skipped)} of output were skipped")
        for record in answer.records:
            records.add(record)
            remarks = notice(record) if notice is not None else None
            for line in lines_of(record):
                yield Progress(line, record.kind)
            for line in remarks or ():
                yield Progress(line)
        now: float = yield Elapsed()
        signs.look(answer, now)
        if answer.more:
            wait = 0.0
            continue
        end, evidence = _judge(answer, signs, now, began=began, until=until)
        if end in BY_TIME and not looking_again:
            looking_again, wait = True, SECOND_LOOK
            continue
        looking_again = False
        if end is not None:
            return Followed(end, records.all(), answer.exit, evidence, answer.boot)
        if told := signs.report(answer, now):
            yield Progress(told, "waiting")
        wait = FIRST_WAIT if answer.records else min(LONGEST_WAIT, max(FIRST_WAIT, wait * 2))


def megabytes(count: int) -> str:
    """Write a number of bytes as people say it."""
    return f"{count / 1e6:.0f} MB" if count >= 1_000_000 else f"{count / 1e6:.2f} MB"


def _judge(
    answer: JobPollAnswer, signs: VitalSigns, now: float, *, began: float, until: float
) -> tuple[End | None, str]:
    match answer.state:
        case JobState.FINISHED:
            return End.FINISHED, answer.evidence
        case JobState.LOST:
            return End.LOST, answer.evidence or "its process is gone and left no exit record"
        case JobState.ABSENT:
            return End.LOST, "its folder is gone from the host"
        case JobState.STARTED if now - began >= START_SECONDS:
            return End.NOT_STARTED, f"not seen running after {minutes(now - began)}"
        case JobState.RUNNING:
            if still := signs.hung_for(now):
                return End.HUNG, f"no output, no CPU time and no I/O for {minutes(still)}"
    if now >= until:
        return End.OVERDUE, f"still running after {minutes(now - began)}"
    return None, ""
