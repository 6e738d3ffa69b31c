"""Runs a playbook on one host: connect, plan, tasks in order, handlers, the end.

A host's failure is data: `run` gives a `RunResult` and raises only for mistakes in the user's
input. Nothing here prints, knows a transport, or decides an exit code.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from provision.engine.boot import BootLimits
from provision.engine.connection import HostConnection
from provision.engine.effects import Effects, LocalFetch
from provision.engine.emitter import Emitter
from provision.engine.interruption import Interrupted, Interruption
from provision.engine.planner import Prepare, make_plan
from provision.engine.run import RunOptions, RunResult
from provision.engine.task_runner import TaskResult, TaskRunner
from provision.engine.variables import Scope
from provision.model.clock import Clock
from provision.model.errors import ProvisionError, TaskError, UnreachableError
from provision.model.event import (
    HostConnected,
    Observer,
    PlanMade,
    PlanRow,
    RunStarted,
    TaskFinished,
    TaskStarted,
    VerifyResult,
    WarningRaised,
)
from provision.model.facts import Facts
from provision.model.host import Host
from provision.model.outcome import Outcome, StepResult, Warning
from provision.model.plan import Action, Plan, PlannedTask
from provision.model.playbook import Playbook, Task
from provision.playbook.template import Renderer
from provision.transport.channel import Connector


class HostRunner:
    """One host's run.

    Args:
        connector: Makes channels to the host.
        prepare: Fills in a task's templates and makes its step.
        fetch: Fetches an address from the controller.
        run_id: Names the run.
        limits: Deadlines of restarts, and their budget.
    """

    def __init__(
        self,
        host: Host,
        playbook: Playbook,
        options: RunOptions,
        *,
        connector: Connector,
        clock: Clock,
        renderer: Renderer,
        prepare: Prepare,
        fetch: LocalFetch,
        observers: Sequence[Observer],
        run_id: str,
        limits: BootLimits | None = None,
    ) -> None:
        self._host = host
        self._playbook = playbook
        self._options = options
        self._clock = clock
        self._renderer = renderer
        self._prepare = prepare
        self._run_id = run_id
        self._connector = connector
        self._emitter = Emitter(host.name, observers)
        self._interruption = Interruption(clock)
        self._connection = HostConnection(
            connector, clock, self._emitter, self._interruption, limits
        )
        self._effects = Effects(
            self._connection,
            clock,
            self._emitter,
            self._interruption,
            renderer,
            folder=Path(playbook.file).parent,
            fetch=fetch,
            check=options.check,
        )
        self._tasks = TaskRunner(
            self._connection,
            self._effects,
            clock,
            self._interruption,
            renderer,
            prepare,
            run=run_id,
            prefix=Path(playbook.file).stem,
            check=options.check,
        )
        self._counts: Counter[str] = Counter()
        self._warnings: list[Warning] = []
        self._unexpected = 0
        self._verification_failed = False
        self._scope = Scope(playbook, host, options.variables, renderer)

    def interrupt(self) -> None:
        """Ask the run to stop at the next safe point; safe in a signal handler."""
        self._interruption.ask()

    @property
    def running_jobs(self) -> tuple[str, ...]:
        """Ids of jobs that were started on the host and not seen to end."""
        return self._effects.running_jobs

    def run(self) -> RunResult:
        """Carry out the whole playbook, or as much of it as can be."""
        return self._bounded(self._run_all)

    def plan(self) -> RunResult:
        """Connect, observe and plan; change nothing."""
        return self._bounded(lambda: self._connect_and_plan() and None)

    def facts(self) -> Facts:
        """Connect and observe, without events of a run.

        Raises:
            UnreachableError: No usable answer came.
        """
        try:
            return self._connection.open(self._host.winrm.connect_timeout)
        finally:
            self._connection.close()

    def _bounded(self, work: Callable[[], ProvisionError | None]) -> RunResult:
        began, real_began = self._clock.now(), time.monotonic()
        self._emitter.emit(
            RunStarted,
            run=self._run_id,
            playbook=self._playbook.file,
            address=self._connector.address,
            simulated=self._host.simulate is not None,
            check=self._options.check,
        )
        error: ProvisionError | None
        try:
            error = work()
        except (Interrupted, UnreachableError, TaskError) as raised:
            error = raised
        finally:
            self._connection.close()
        return RunResult(
            outcome=self._outcome(error),
            counts=dict(self._counts),
            warnings=tuple(self._warnings),
            unexpected_warnings=self._unexpected,
            verification_failed=self._verification_failed,
            error=error,
            left_running=self._effects.running_jobs if error else (),
            seconds=self._clock.now() - began,
            real_seconds=time.monotonic() - real_began,
        )

    def _outcome(self, error: ProvisionError | None) -> str:
        if isinstance(error, Interrupted):
            return "interrupted"
        if isinstance(error, UnreachableError):
            return "unreachable"
        if error is not None:
            return "failed"
        return "changed" if self._counts[Outcome.CHANGED.value] else "ok"

    def _connect_and_plan(self) -> tuple[Facts, Plan]:
        began = self._clock.now()
        facts = self._connection.open(self._host.winrm.connect_timeout * self._clock.speed)
        self._emitter.emit(HostConnected, seconds=self._clock.now() - began, facts=facts)
        plan = make_plan(
            self._host.name,
            self._playbook,
            self._options,
            lambda task: self._scope.variables(facts, task),
            self._renderer,
            self._prepare,
        )
        rows = tuple(
            PlanRow(
                task=row.task.name,
                step=row.task.step,
                action=row.action.value,
                reason=row.reason,
                intent=row.intent,
            )
            for row in plan.tasks
        )
        self._emitter.emit(PlanMade, tasks=rows)
        return facts, plan

    def _run_all(self) -> ProvisionError | None:
        facts, plan = self._connect_and_plan()
        notified: dict[str, None] = {}
        for number, row in enumerate(plan.tasks, 1):
            self._interruption.check()
            facts = self._fresh(facts)
            result = self._one(row, number, len(plan.tasks), facts)
            if result.result.outcome is Outcome.CHANGED:
                notified.update(dict.fromkeys(row.task.notify))
            if result.result.outcome is Outcome.FAILED and not row.task.ignore:
                return result.error or _failure(row.task, result.result)
        handlers = [task for task in plan.handlers if task.name in notified]
        for number, task in enumerate(handlers, len(plan.tasks) + 1):
            row = PlannedTask(task, Action.RUN, "notified", "")
            total = len(plan.tasks) + len(handlers)
            result = self._one(row, number, total, self._fresh(facts))
            if result.result.outcome is Outcome.FAILED and not task.ignore:
                return result.error or _failure(task, result.result)
        return None

    def _fresh(self, facts: Facts) -> Facts:
        """Observe again when the host has restarted since."""
        return facts if facts.boot.same_boot(self._connection.boot) else self._connection.facts()

    def _one(self, row: PlannedTask, number: int, total: int, facts: Facts) -> TaskResult:
        task = row.task
        began = self._connection.task_began = self._clock.now()
        self._connection.task = task.name
        self._emitter.emit(TaskStarted, task=task.name, step=task.step, number=number, total=total)
        if row.action is Action.SKIP:
            skipped = StepResult(outcome=Outcome.SKIPPED, evidence=(row.reason,))
            result = TaskResult(skipped, value={"skipped": True, "changed": False})
        else:
            try:
                result = self._tasks.run(task, number, self._scope.variables(facts, task), facts)
            except UnreachableError as error:
                self._finish(task, Outcome.UNREACHABLE.value, began, error=error)
                raise
        self._report(task, result.result)
        reason = result.result.failure or "; ".join(result.result.evidence[:1])
        self._finish(task, result.result.outcome.value, began, result=result.result, reason=reason)
        if task.register:
            self._scope.keep(task.register, result.value)
        return result

    def _finish(
        self,
        task: Task,
        outcome: str,
        began: float,
        *,
        result: StepResult | None = None,
        error: ProvisionError | None = None,
        reason: str = "",
    ) -> None:
        self._counts[outcome] += 1
        self._emitter.emit(
            TaskFinished,
            task=task.name,
            step=task.step,
            outcome=outcome,
            seconds=self._clock.now() - began,
            change=result.changes if result else (),
            reason=error.brief if error else reason,
            remedy=error.resolution if error else (result.remedy if result else ""),
        )

    def _report(self, task: Task, result: StepResult) -> None:
        for check in result.checks:
            self._emitter.emit(VerifyResult, task=task.name, **check.model_dump())
        if result.outcome is Outcome.FAILED and not task.ignore:
            self._verification_failed |= any(not check.passed for check in result.checks)
        warnings = list(result.warnings)
        if result.outcome is Outcome.FAILED and task.ignore:
            warnings.append(
                Warning(
                    issue="task-failed-ignored",
                    brief=f"the task failed, and its playbook says to go on: {result.failure}",
                    evidence="; ".join(result.evidence),
                    remedy=result.remedy,
                )
            )
        for warning in warnings:
            expected = warning.issue in task.expect_warnings
            self._warnings.append(warning)
            self._unexpected += not expected
            self._emitter.emit(
                WarningRaised, task=task.name, expected=expected, **warning.model_dump()
            )


def _failure(task: Task, result: StepResult) -> TaskError:
    return TaskError(
        f"{task.name}: {result.failure}",
        details="\n".join(result.evidence),
        resolution=result.remedy,
    )
