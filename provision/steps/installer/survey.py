"""The first look: has the script finished already, and is a job of it still there?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from provision.agent.operations.base import Operation
from provision.agent.operations.files import FileStat, FileStatAnswer, Kind
from provision.agent.operations.jobs import JobPoll, JobPollAnswer, JobState
from provision.model.outcome import CheckResult
from provision.steps.check_kinds import expect
from provision.steps.checks import questions
from provision.steps.detached import UNDER_WAY
from provision.steps.effect import Procedure, call_all
from provision.steps.installer.params import InstallerParams


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found before anything was done.

    Args:
        results: One row for each of the task's own checks.
        marker: The marker file is there: a run of the script did not finish.
        resume_task: The at-logon task is there.
        script: The script is on the host.
        job: What the job that was started last is doing.
        run: Which run started that job.
    """

    results: tuple[CheckResult, ...]
    marker: bool
    resume_task: bool
    script: bool
    job: JobState
    run: str = ""

    @property
    def finished(self) -> bool:
        """All checks hold and nothing is half done; without checks nothing can prove it."""
        held = bool(self.results) and all(result.passed for result in self.results)
        return held and not self.marker and self.job not in UNDER_WAY


def survey(params: InstallerParams, job: str) -> Procedure[Survey]:
    """Ask everything in one exchange."""
    script, poll = FileStat(path=params.script), JobPoll(id=job, limit=1024)
    ours: list[Operation[Any]] = [script, poll]
    asked = list(dict.fromkeys([*ours, *questions(params.all_checks)]))
    answers = dict(zip(asked, (yield from call_all(asked)), strict=True))
    polled = expect(answers[poll], JobPollAnswer)
    rows = [(check.kind, check.judge(answers)) for check in params.all_checks]
    own, left = rows[: len(params.checks)], rows[len(params.checks) :]
    return Survey(
        results=tuple(row for _, row in own),
        marker=any(kind == "no_file" and not row.passed for kind, row in left),
        resume_task=any(kind == "no_task" and not row.passed for kind, row in left),
        script=expect(answers[script], FileStatAnswer).kind is Kind.FILE,
        job=polled.state,
        run=polled.run,
    )
