"""What is on a host at this moment: its facts, who holds it, its jobs, what installers left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from provision.agent.operations import OPERATIONS
from provision.agent.operations.base import Operation
from provision.agent.operations.jobs import JobPoll, JobPollAnswer, JobState
from provision.agent.operations.leases import LeaseLook, LeaseLookAnswer
from provision.cli.link import Link
from provision.cli.located import Located
from provision.engine.connection import HostConnection
from provision.engine.emitter import Emitter
from provision.engine.interruption import Interruption
from provision.model.facts import Facts
from provision.model.outcome import CheckResult
from provision.report.text import clean
from provision.steps.checks import Check, questions

ASK_SECONDS = 10
"""How long a host that was only asked after may take to give its first answer."""


@dataclass(frozen=True, slots=True)
class JobSeen:
    """A job that is on the host."""

    id: str
    state: JobState
    run: str = ""
    started: str = ""

    @property
    def under_way(self) -> bool:
        """It runs, or is about to."""
        return self.state in (JobState.STARTED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found on a host.

    Args:
        lease: Who holds it; None when nobody does.
        left: Those of the given checks that do not hold.
    """

    facts: Facts
    lease: LeaseLookAnswer | None
    jobs: tuple[JobSeen, ...]
    left: tuple[CheckResult, ...]


def left_row(result: CheckResult) -> str:
    """Say of what an installer left that it is there."""
    return clean(f"'{result.check}' does not hold: {result.found}")


def hurried(located: Located) -> Located:
    """The same host, with less patience for its first answer."""
    winrm = located.host.winrm
    seconds = min(ASK_SECONDS, winrm.connect_timeout)
    changed = winrm.model_copy(update={"connect_timeout": seconds})
    host = located.host.model_copy(update={"winrm": changed})
    return Located(host, located.folder, located.password_at)


@contextmanager
def connected(link: Link) -> Iterator[tuple[HostConnection, Facts]]:
    """Connect to a host outside of any run, and observe it.

    Raises:
        UnreachableError: No usable answer came.
    """
    clock = link.clock
    connection = HostConnection(link.connector, clock, Emitter("", ()), Interruption(clock))
    try:
        yield connection, connection.open(link.settings.connect_timeout * clock.speed)
    finally:
        connection.close()


def look(
    connection: HostConnection,
    facts: Facts,
    checks: Sequence[Check] = (),
    known_jobs: Sequence[str] = (),
) -> Seen:
    """Ask a host, in one exchange, what is on it; changes nothing.

    Args:
        checks: That an installer left nothing behind.
        known_jobs: Ids to ask for at an agent that cannot list its jobs.
    """
    lease = LeaseLook()
    jobs = _job_questions(known_jobs)
    asked: list[Operation[Any]] = list(dict.fromkeys([lease, *jobs, *questions(checks)]))
    answers = dict(zip(asked, connection.try_many(asked), strict=True))
    results = [check.judge(answers) for check in checks]
    held = answers[lease]
    return Seen(
        facts=facts,
        lease=held if isinstance(held, LeaseLookAnswer) and held.owner else None,
        jobs=tuple(job for question in jobs for job in _jobs(question, answers[question])),
        left=tuple(result for result in results if not result.passed),
    )


def _job_questions(known: Sequence[str]) -> list[Operation[Any]]:
    listing = OPERATIONS.get("job.list")
    if listing is not None:
        return [listing()]
    return [JobPoll(id=job, limit=1024) for job in dict.fromkeys(known)]


def _jobs(question: Operation[Any], answer: Any) -> list[JobSeen]:
    if isinstance(question, JobPoll):
        there = isinstance(answer, JobPollAnswer) and answer.state is not JobState.ABSENT
        return [JobSeen(question.id, answer.state)] if there else []
    listed = getattr(answer, "jobs", ())
    return [JobSeen(one.id, JobState(one.state), one.run, one.started) for one in listed]
