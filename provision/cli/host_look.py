"""What is on a host at this moment: its facts, who holds it, its work, what installers left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from provision.agent.operations.base import Operation, OperationError
from provision.agent.operations.calls import CallList, CallRow
from provision.agent.operations.jobs import JobList, JobRow, JobState
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
class Seen:
    """What was found on a host.

    Args:
        lease: Who holds it; None when nobody does.
        calls: Commands of tasks that are at work.
        left: Those of the given checks that do not hold.
    """

    facts: Facts
    lease: LeaseLookAnswer | None
    jobs: tuple[JobRow, ...]
    calls: tuple[CallRow, ...]
    left: tuple[CheckResult, ...]


def under_way(job: JobRow) -> bool:
    """Tell whether a job runs, or is about to."""
    return job.state in (JobState.STARTED, JobState.RUNNING)


def left_row(result: CheckResult) -> str:
    """Say of what an installer left that it is there."""
    return clean(f"expected: {result.check}; found: {result.found}")


def hurried(located: Located) -> Located:
    """The same host, with less patience for its first answer."""
    name = "winrm" if located.host.ssh is None else "ssh"
    settings = getattr(located.host, name)
    seconds = min(ASK_SECONDS, settings.connect_timeout)
    changed = settings.model_copy(update={"connect_timeout": seconds})
    return replace(located, host=located.host.model_copy(update={name: changed}))


@contextmanager
def connected(link: Link) -> Iterator[tuple[HostConnection, Facts]]:
    """Connect to a host outside of any run, and observe it.

    Raises:
        UnreachableError: No usable answer came.
    """
    clock = link.clock
    connection = HostConnection(link.connector, clock, Emitter("", ()), Interruption(clock))
    try:
        yield connection, connection.open(link.connect_timeout * clock.speed)
    finally:
        connection.close()


def look(connection: HostConnection, facts: Facts, checks: Sequence[Check] = ()) -> Seen:
    """Ask a host, in one exchange, what is on it; changes nothing.

    Args:
        checks: That an installer left nothing behind.
    """
    lease, jobs, calls = LeaseLook(), JobList(), CallList()
    asked: list[Operation[Any]] = list(dict.fromkeys([lease, jobs, calls, *questions(checks)]))
    answers: dict[Operation[Any], Any] = dict(zip(asked, connection.try_many(asked), strict=True))
    for question in (lease, jobs, calls):
        if isinstance(answers[question], OperationError):
            raise answers[question]
    results = [check.judge(answers) for check in checks]
    held: LeaseLookAnswer = answers[lease]
    return Seen(
        facts=facts,
        lease=held if held.owner else None,
        jobs=answers[jobs].jobs,
        calls=answers[calls].calls,
        left=tuple(result for result in results if not result.passed),
    )
