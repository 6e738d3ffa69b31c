"""Scheduled tasks of others."""

from __future__ import annotations

from provision.agent.operations.base import ChangeAnswer
from provision.agent.operations.scheduled_tasks import ScheduledTask as TaskRow
from provision.agent.operations.scheduled_tasks import (
    ScheduledTaskList,
    ScheduledTaskListAnswer,
    ScheduledTaskRemove,
)
from provision.simulator.world.model import World
from provision.simulator.world.system import ScheduledTask


def list_(
    world: World, request: ScheduledTaskList, _check: bool
) -> tuple[World, ScheduledTaskListAnswer]:
    """Answer `scheduled_task.list`."""
    names = {name.lower() for name in request.names}
    found = sorted(
        (task for task in world.scheduled_tasks if task.name.lower() in names),
        key=lambda task: (task.path, task.name),
    )
    return world, ScheduledTaskListAnswer(tasks=tuple(_row(task) for task in found))


def remove(world: World, request: ScheduledTaskRemove, check: bool) -> tuple[World, ChangeAnswer]:
    """Answer `scheduled_task.remove`."""
    name = request.task.lower()
    found = [task for task in world.scheduled_tasks if task.name.lower() == name]
    if not check:
        for task in found:
            world = world.remove("scheduled_task", task.key)
    return world, ChangeAnswer(
        changed=bool(found), before={"exists": bool(found)}, after={"exists": False}
    )


def _row(task: ScheduledTask) -> TaskRow:
    return TaskRow(
        name=task.name,
        path=task.path,
        at_logon=task.at_logon,
        action=f"{task.program} {task.arguments}".strip(),
        user=task.user,
    )
