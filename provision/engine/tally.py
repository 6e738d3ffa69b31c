"""What came of the tasks of one run, told to observers as it is counted."""

from __future__ import annotations

from collections import Counter

from provision.engine.emitter import Emitter
from provision.model.clock import Clock
from provision.model.errors import ProvisionError
from provision.model.event import TaskFinished, TaskStarted, VerifyResult, WarningRaised
from provision.model.outcome import Outcome, StepResult, Warning
from provision.model.playbook import Task


class Tally:
    """Counts outcomes and warnings of one host.

    Attributes:
        counts: Tasks by outcome.
        warnings: All that were raised, in order.
        unexpected: Warnings that no task expected.
        verification_failed: A check did not hold where it was demanded.
    """

    def __init__(self, emitter: Emitter, clock: Clock) -> None:
        self._emitter = emitter
        self._clock = clock
        self._began = 0.0
        self.counts: Counter[str] = Counter()
        self.warnings: list[Warning] = []
        self.unexpected = 0
        self.verification_failed = False

    @property
    def outcome(self) -> str:
        """Of the whole, if nothing ended it early."""
        return "changed" if self.counts[Outcome.CHANGED.value] else "ok"

    def started(self, task: Task, number: int, total: int) -> None:
        """A task begins."""
        self._began = self._clock.now()
        self._emitter.emit(TaskStarted, task=task.name, step=task.step, number=number, total=total)

    def finished(self, task: Task, result: StepResult) -> None:
        """A task ended."""
        for check in result.checks:
            self._emitter.emit(VerifyResult, task=task.name, **check.model_dump())
        if result.outcome is Outcome.FAILED and not task.ignore:
            self.verification_failed |= any(not check.passed for check in result.checks)
        for warning in (*result.warnings, *_ignored(task, result)):
            expected = warning.issue in task.expect_warnings
            self.warnings.append(warning)
            self.unexpected += not expected
            told = warning.model_dump()
            self._emitter.emit(WarningRaised, task=task.name, expected=expected, **told)
        reason = result.failure or "; ".join(result.evidence[:1])
        self._ended(task, result.outcome, reason, result.remedy, result)

    def unreachable(self, task: Task, error: ProvisionError) -> None:
        """The host went away for good under a task."""
        self._ended(task, Outcome.UNREACHABLE, error.brief, error.resolution, None)

    def _ended(
        self, task: Task, outcome: Outcome, reason: str, remedy: str, result: StepResult | None
    ) -> None:
        self.counts[outcome.value] += 1
        self._emitter.emit(
            TaskFinished,
            task=task.name,
            step=task.step,
            outcome=outcome.value,
            seconds=self._clock.now() - self._began,
            change=result.changes if result else (),
            reason=reason,
            remedy=remedy,
            issue=(result.issue or "") if result else "",
        )


def _ignored(task: Task, result: StepResult) -> tuple[Warning, ...]:
    if result.outcome is not Outcome.FAILED or not task.ignore:
        return ()
    return (
        Warning(
            issue="task-failed-ignored",
            brief=f"the task failed, and its playbook says to go on: {result.failure}",
            evidence="\n".join(result.evidence),
            remedy=result.remedy,
        ),
    )
