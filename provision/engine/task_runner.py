"""Runs one task on one host: condition, loop, tries, deadline, and the step's own procedure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from provision.agent.operations.base import OperationError
from provision.diagnosis.generation import generation_of
from provision.engine.connection import HostConnection
from provision.engine.interruption import Interrupted, Interruption
from provision.engine.journaling import JournaledEffects
from provision.engine.memory import RunMemory
from provision.engine.planner import Prepare
from provision.engine.retry import patient
from provision.model.clock import Clock
from provision.model.errors import InputError, ProvisionError, TaskError, UnreachableError
from provision.model.facts import Facts
from provision.model.outcome import CheckResult, Json, Outcome, StepResult
from provision.model.playbook import OnRestart, Task
from provision.playbook.template import Renderer
from provision.steps.diagnosed import diagnosed
from provision.steps.step import Step, StepContext


@dataclass(frozen=True, slots=True)
class TaskResult:
    """How a task ended, all its loop items together.

    Args:
        result: As of a single step: the worst outcome, all changes, warnings and checks.
        error: The error behind a failure, if there was one.
        value: What `register` keeps.
    """

    result: StepResult
    error: ProvisionError | None = None
    value: Mapping[str, Json] = field(default_factory=dict)


class RestartUnderTask(ProvisionError):
    """The host restarted under a task that did not ask for it."""


def _lost_in_restart(error: OperationError) -> bool:
    """Tell whether it comes of a restart under this task, also one while no run was at work."""
    return error.record.id.startswith("CallLostInRestart")


class TaskRunner:
    """Runs tasks one by one.

    Args:
        prepare: Fills in a task's templates and makes its step.
        memory: Knows the run's id.
        prefix: Begins every task's key: the playbook's name.
        check: In check mode.
    """

    def __init__(
        self,
        connection: HostConnection,
        effects: JournaledEffects,
        clock: Clock,
        interruption: Interruption,
        renderer: Renderer,
        prepare: Prepare,
        *,
        memory: RunMemory,
        prefix: str,
        check: bool,
    ) -> None:
        self._connection = connection
        self._effects = effects
        self._clock = clock
        self._interruption = interruption
        self._renderer = renderer
        self._prepare = prepare
        self._memory = memory
        self._prefix = _slug(prefix)
        self._check = check

    def run(
        self, task: Task, number: int, variables: Mapping[str, Any], facts: Facts
    ) -> TaskResult:
        """Run a task to its end.

        Args:
            number: Its place in the plan, from 1.
            variables: All that its templates may use.

        Raises:
            UnreachableError: The host is gone for good.
            Interrupted: Somebody asked to stop.
        """
        result = self._run(task, number, variables, facts)
        record = result.error.record if isinstance(result.error, OperationError) else None
        told = diagnosed(result.result, record, generation_of(facts.os_build))
        if told is result.result:
            return result
        return replace(result, result=told, value={**result.value, **_issue(told)})

    def _run(
        self, task: Task, number: int, variables: Mapping[str, Any], facts: Facts
    ) -> TaskResult:
        known = dict(variables)
        key = f"{self._prefix}-{number:02d}-{_slug(task.name)}"
        try:
            if task.loop is None:
                if reason := self._unmet(task, known):
                    return _skipped(reason)
                return self._item(task, number, key, known, facts)
            return self._loop(task, number, key, known, facts)
        except (UnreachableError, Interrupted):
            raise
        except ProvisionError as error:
            return _failed(error)

    def _loop(
        self, task: Task, number: int, key: str, known: dict[str, Any], facts: Facts
    ) -> TaskResult:
        items = self._renderer.render(task.loop, known, task.position)
        if not isinstance(items, list | tuple):
            raise TaskError(f"`loop` gives {type(items).__name__}, not a list")
        results = []
        for index, item in enumerate(items):
            here = {**known, "item": item}
            if self._unmet(task, here):
                continue
            result = self._item(task, number, f"{key}-{index}", here, facts)
            results.append(result)
            if result.result.outcome is Outcome.FAILED:
                break
        return _together(results) if results else _skipped("the loop has no item to work on")

    def _unmet(self, task: Task, known: Mapping[str, Any]) -> str | None:
        for condition in task.when:
            if not self._renderer.evaluate(condition, known, task.position):
                return f"when {condition!r} does not hold"
        return None

    def _item(
        self, task: Task, number: int, key: str, known: Mapping[str, Any], facts: Facts
    ) -> TaskResult:
        result = self._try(task, number, key, known, facts)
        for attempt in range(2, task.retry.attempts + 1):
            if result.result.outcome is not Outcome.FAILED:
                break
            self._interruption.sleep(task.retry.delay)
            key_now = f"{key}-try{attempt}"
            result = self._try(task, number, key_now, known, facts)
        return result

    def _try(
        self, task: Task, number: int, key: str, known: Mapping[str, Any], facts: Facts
    ) -> TaskResult:
        step = self._prepare(task, known)
        timeout = task.timeout or patient(self._clock, step.default_timeout)
        context = StepContext(
            check=self._check,
            facts=facts,
            run=self._memory.id,
            key=key,
            timeout=timeout,
            begun=self._memory.jobs_begun(number),
            reruns=self._memory.cancels,
        )
        policy = task.on_restart or step.on_restart
        self._effects.for_task(number, known)
        self._connection.begin_task()
        while True:
            try:
                result = self._play(step, context, timeout)
                return TaskResult(result=result, value=_value(result))
            except (RestartUnderTask, OperationError) as error:
                if isinstance(error, OperationError) and not _lost_in_restart(error):
                    return _failed(error)
                if policy is OnRestart.FAIL:
                    return _failed(error)
                if policy is OnRestart.CONTINUE:
                    evidence = (error.brief, "on_restart: continue")
                    return TaskResult(StepResult(outcome=Outcome.CHANGED, evidence=evidence))
                context = replace(context, reruns=context.reruns + 1)
            except (UnreachableError, Interrupted, InputError):
                raise
            except ProvisionError as error:
                return _failed(error)

    def _play(self, step: Step, context: StepContext, timeout: float) -> StepResult:
        """Drive the step's generator; errors of effects are raised into it."""
        restarts = self._connection.unexpected_restarts
        procedure = step.run(context)
        send: Any = None
        error: ProvisionError | None = None
        while True:
            try:
                effect = procedure.throw(error) if error else procedure.send(send)
            except StopIteration as end:
                result: StepResult = end.value
                return result
            self._interruption.check()
            if self._effects.elapsed() > timeout:
                procedure.close()
                raise TaskError(
                    f"not done after {timeout:.0f} s",
                    details=self._left(),
                    resolution="Raise the task's `timeout` if the work simply takes longer.",
                )
            send, error = None, None
            try:
                send = self._effects.carry_out(effect)
            except (UnreachableError, Interrupted):
                procedure.close()
                raise
            except ProvisionError as raised:
                error = raised
            if not step.handles_restarts and self._connection.unexpected_restarts > restarts:
                procedure.close()
                raise RestartUnderTask(
                    "the host restarted while the task ran, and nobody had asked for it",
                    details=error.brief if error else f"new boot: {self._connection.boot}",
                    resolution="Say `on_restart: rerun` if running the task again does no harm, "
                    "or `continue` if the restart is its last act.",
                )

    def _left(self) -> str:
        jobs = self._effects.running_jobs
        return f"still running on the host: job {', '.join(jobs)}" if jobs else ""


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:36].strip("-") or "task"


def _value(result: StepResult) -> dict[str, Json]:
    return {
        **result.value,
        "outcome": result.outcome.value,
        "changed": result.outcome is Outcome.CHANGED,
        "failed": result.outcome is Outcome.FAILED,
        "skipped": result.outcome is Outcome.SKIPPED,
    }


def _issue(result: StepResult) -> dict[str, Json]:
    return {"issue": result.issue} if result.issue else {}


def _skipped(reason: str) -> TaskResult:
    result = StepResult(outcome=Outcome.SKIPPED, evidence=(reason,))
    return TaskResult(result, value=_value(result))


def _failed(error: ProvisionError) -> TaskResult:
    details = [line for line in error.details.splitlines() if line]
    if isinstance(error, InputError):
        details = [
            f"{p.position}: {p.message}" if p.position else p.message for p in error.problems
        ]
    value: dict[str, Json] = {}
    if isinstance(error, OperationError):
        value["error"] = error.record.model_dump(mode="json")
    result = StepResult(
        outcome=Outcome.FAILED,
        failure=error.brief,
        remedy=error.resolution,
        evidence=tuple(details),
        value=value,
    )
    return TaskResult(result, error=error, value=_value(result))


def _together(results: list[TaskResult]) -> TaskResult:
    order = (Outcome.FAILED, Outcome.CHANGED, Outcome.OK, Outcome.SKIPPED)
    outcomes = {one.result.outcome for one in results}
    worst = next(outcome for outcome in order if outcome in outcomes)
    bad = next((one for one in results if one.result.outcome is Outcome.FAILED), None)
    checks: tuple[CheckResult, ...] = sum((one.result.checks for one in results), ())
    result = StepResult(
        outcome=worst,
        changes=sum((one.result.changes for one in results), ()),
        evidence=sum((one.result.evidence for one in results), ()),
        warnings=sum((one.result.warnings for one in results), ()),
        checks=checks,
        failure=bad.result.failure if bad else None,
        remedy=bad.result.remedy if bad else "",
        issue=bad.result.issue if bad else None,
        value={"results": [dict(one.value) for one in results]},
    )
    return TaskResult(result, error=bad.error if bad else None, value=_value(result))
