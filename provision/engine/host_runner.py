"""Runs a playbook on one host: connect, plan, tasks in order, handlers, the end.

A host's failure is data: `run` gives a `RunResult` and raises only for mistakes in the user's
input. Nothing here prints, knows a transport, or decides an exit code.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from provision.engine.boot import BootLimits
from provision.engine.connection import HostConnection
from provision.engine.continuing import agreed, from_journal
from provision.engine.effects import Effects, LocalFetch
from provision.engine.emitter import Emitter
from provision.engine.interruption import Interrupted, Interruption
from provision.engine.journaling import JournaledEffects
from provision.engine.lease import HostLease
from provision.engine.memory import RunMemory
from provision.engine.planner import Prepare, make_plan
from provision.engine.run import RunOptions, RunResult
from provision.engine.tally import Tally
from provision.engine.task_runner import TaskResult, TaskRunner
from provision.engine.variables import Scope
from provision.model.clock import Clock
from provision.model.errors import InputError, ProvisionError, TaskError, UnreachableError
from provision.model.event import (
    HostConnected,
    Observer,
    PlanMade,
    PlanRow,
    RunContinued,
    RunStarted,
)
from provision.model.facts import Facts
from provision.model.host import Host
from provision.model.outcome import Outcome, StepResult
from provision.model.plan import Action, Plan, PlannedTask
from provision.model.playbook import Playbook, Task
from provision.playbook.template import Renderer
from provision.steps.step import Step
from provision.transport.channel import Connector


class HostRunner:
    """One host's run.

    Args:
        connector: Makes channels to the host.
        prepare: Fills in a task's templates and makes its step.
        steps: The kinds of step, by name.
        fetch: Fetches an address from the controller.
        memory: The run's journal, and what an earlier part of it left.
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
        steps: Callable[[str], type[Step]],
        fetch: LocalFetch,
        observers: Sequence[Observer],
        memory: RunMemory,
        limits: BootLimits | None = None,
    ) -> None:
        self._host = host
        self._playbook = playbook
        self._options = options
        self._clock = clock
        self._renderer = renderer
        self._prepare = prepare
        self._steps = steps
        self._memory = memory
        self._connector = connector
        self._emitter = Emitter(host.name, observers)
        self._tally = Tally(self._emitter, clock)
        self._interruption = Interruption(clock)
        self._lease = HostLease(memory, clock, take_over=options.take_over)
        self._connection = HostConnection(
            connector, clock, self._emitter, self._interruption, limits
        )
        effects = Effects(
            self._connection,
            clock,
            self._emitter,
            self._interruption,
            renderer,
            folder=Path(playbook.file).parent,
            fetch=fetch,
            check=options.check,
        )
        self._effects = JournaledEffects(effects, memory)
        self._tasks = TaskRunner(
            self._connection,
            self._effects,
            clock,
            self._interruption,
            renderer,
            prepare,
            memory=memory,
            prefix=Path(playbook.file).stem,
            check=options.check,
        )
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
        return self._bounded(self._plan_only)

    def _bounded(self, work: Callable[[], ProvisionError | None]) -> RunResult:
        began, real_began = self._clock.now(), time.monotonic()
        self._emitter.emit(
            RunStarted,
            run=self._memory.id,
            playbook=self._playbook.file,
            address=self._connector.address,
            simulated=self._host.simulate is not None,
            check=self._options.check,
        )
        error: ProvisionError | None
        try:
            error = work()
        except InputError:
            raise
        except ProvisionError as raised:
            error = raised
        finally:
            self._connection.let_go()
            self._connection.close()
        return RunResult(
            outcome=_outcome(error) or self._tally.outcome,
            counts=dict(self._tally.counts),
            warnings=tuple(self._tally.warnings),
            unexpected_warnings=self._tally.unexpected,
            verification_failed=self._tally.verification_failed,
            error=error,
            left_running=self._left_running(error) if error else (),
            seconds=self._clock.now() - began,
            real_seconds=time.monotonic() - real_began,
        )

    def _left_running(self, error: ProvisionError) -> tuple[str, ...]:
        jobs = self._effects.running_jobs
        restarts = isinstance(error, Interrupted) and self._connection.away
        return (*jobs, "the host's restart") if restarts else jobs

    def _plan_only(self) -> None:
        self._make_plan(self._connect())

    def _connect(self) -> Facts:
        began = self._clock.now()
        facts = self._connection.open(self._host.connect_timeout * self._clock.speed)
        self._emitter.emit(HostConnected, seconds=self._clock.now() - began, facts=facts)
        return facts

    def _begin_or_go_on(self, facts: Facts) -> None:
        """Take the host, and decide whether an unfinished run is gone on with.

        The host's own record names the run that was on it, and how far that had got: one that says
        less than the journal was reverted to an earlier state.
        """
        memory = self._memory
        earlier, objection = memory.unfinished, memory.objection(facts)
        self._lease.mark = memory.last_started
        record = self._connection.hold(self._lease, memory.is_ours)
        if earlier is not None and not objection:
            reverted = record.run != earlier.id or record.mark < memory.mark
            if reverted and memory.mark > 0:
                objection = "the host was reverted to an earlier state, or taken by another run"
        if earlier is not None and not objection:
            memory.go_on()
        else:
            memory.begin(facts)
            self._lease.reach(0)
        memory.connected(facts)
        if earlier is not None:
            reason = objection or f"it had begun at {earlier.started} and did not come to its end"
            self._emitter.emit(
                RunContinued,
                run=memory.id,
                resumed=not objection,
                reason=reason,
                done=memory.done,
            )

    def _make_plan(self, facts: Facts) -> Plan:
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
        return plan

    def _run_all(self) -> ProvisionError | None:
        facts = self._connect()
        if self._memory.keeps:
            self._begin_or_go_on(facts)
        plan = self._make_plan(facts)
        notified: dict[str, None] = {}
        rows = list(plan.tasks)
        number = 0
        while rows:
            row = rows.pop(0)
            number += 1
            facts = self._fresh(facts)
            result = self._one(row, number, number + len(rows), facts)
            outcome = result.result.outcome
            if outcome is Outcome.CHANGED:
                notified.update(dict.fromkeys(row.task.notify))
            if outcome is Outcome.FAILED and not row.task.ignore:
                return result.error or _failure(row.task, result.result)
            if number == len(plan.tasks):
                handlers = [task for task in plan.handlers if task.name in notified]
                rows += [PlannedTask(task, Action.RUN, "notified", "") for task in handlers]
        return None

    def _fresh(self, facts: Facts) -> Facts:
        """Observe again when the host has restarted since."""
        return facts if facts.boot.same_boot(self._connection.boot) else self._connection.facts()

    def _one(self, row: PlannedTask, number: int, total: int, facts: Facts) -> TaskResult:
        task = row.task
        self._interruption.check()
        self._connection.begin_task(task.name)
        self._lease.reach(max(number, self._lease.mark))
        self._tally.started(task, number, total)
        if row.action is Action.SKIP:
            skipped = StepResult(outcome=Outcome.SKIPPED, evidence=(row.reason,))
            result = TaskResult(skipped, value={"skipped": True, "changed": False})
        else:
            try:
                result = self._carry_out(task, number, facts)
            except UnreachableError as error:
                self._tally.unreachable(task, error)
                raise
        seconds = self._clock.now() - self._connection.task_began
        self._memory.task_finished(
            number, result.result, result.value, seconds, self._effects.running_jobs
        )
        self._tally.finished(task, result.result)
        if task.register:
            self._scope.keep(task.register, result.value)
        return result

    def _carry_out(self, task: Task, number: int, facts: Facts) -> TaskResult:
        remembered = self._memory.remembered(number)
        if remembered is not None and self._steps(task.step).once:
            return from_journal(remembered)
        self._memory.task_started(number, task.name, task.step, self._lease.seen)
        variables = self._scope.variables(facts, task)
        result = self._tasks.run(task, number, variables, facts)
        return agreed(remembered, result) if remembered is not None else result


def _outcome(error: ProvisionError | None) -> str:
    if isinstance(error, Interrupted):
        return "interrupted"
    if isinstance(error, UnreachableError):
        return "unreachable"
    return "failed" if error is not None else ""


def _failure(task: Task, result: StepResult) -> TaskError:
    return TaskError(
        f"{task.name}: {result.failure}",
        details="\n".join(result.evidence),
        resolution=result.remedy,
    )
