"""Decide what a run will do, and why, before it does anything. Pure: no host, no clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from provision.engine.run import RunOptions
from provision.model.errors import InputError
from provision.model.plan import Action, Plan, PlannedTask
from provision.model.playbook import Playbook, Task
from provision.playbook.template import Renderer
from provision.steps.step import Step

Prepare = Callable[[Task, Mapping[str, Any]], Step]
"""Fills in a task's templates and makes its step; raises InputError."""

VariablesOf = Callable[[Task], Mapping[str, Any]]


def make_plan(
    host: str,
    playbook: Playbook,
    options: RunOptions,
    variables: VariablesOf,
    renderer: Renderer,
    prepare: Prepare,
) -> Plan:
    """Give every task an action, a reason and an intent.

    Args:
        variables: Gives what is known of a task's variables before the run.
        options: The task to start at is one of the playbook's; else all of it is skipped.

    Raises:
        InputError: A condition cannot be decided.
    """
    results = frozenset(task.register for task in playbook.tasks if task.register)
    started = options.start_at is None
    planned = []
    for task in playbook.tasks:
        started = started or task.name == options.start_at
        action, reason = _action(task, options, variables, renderer, results, started=started)
        intent = "" if action is Action.SKIP else _intent(task, variables, prepare)
        planned.append(PlannedTask(task, action, reason, intent))
    return Plan(host, playbook.file, tuple(planned), playbook.handlers)


def selected_tags(task: Task, options: RunOptions) -> bool:
    """Tell whether `--tags` lets this task run; the tag `always` is always let through."""
    return not options.tags or bool(task.tags & (options.tags | {"always"}))


def _action(
    task: Task,
    options: RunOptions,
    variables: VariablesOf,
    renderer: Renderer,
    results: frozenset[str | None],
    *,
    started: bool,
) -> tuple[Action, str]:
    if not started:
        return Action.SKIP, f"before --start-at {options.start_at!r}"
    if not selected_tags(task, options):
        return Action.SKIP, f"has none of the tags {', '.join(sorted(options.tags))}"
    known = variables(task)
    undecided = []
    for condition in task.when:
        if renderer.names(condition) & (results | ({"item"} if task.loop is not None else set())):
            undecided.append(condition)
        elif not renderer.evaluate(condition, known, task.position):
            return Action.SKIP, f"when {condition!r} does not hold"
    if undecided:
        return Action.DECIDE, f"when {undecided[0]!r} is decided during the run"
    if task.when:
        return Action.RUN, f"when {' and '.join(task.when)} holds"
    return Action.RUN, "always"


def _intent(task: Task, variables: VariablesOf, prepare: Prepare) -> str:
    if task.loop is not None:
        return f"for each item: {task.step}"
    try:
        return prepare(task, variables(task)).intent()
    except InputError:
        return f"{task.step}, with values that are known only during the run"
