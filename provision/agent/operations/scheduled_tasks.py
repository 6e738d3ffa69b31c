"""Operations on scheduled tasks."""

from __future__ import annotations

from typing import ClassVar

from provision.agent.operations.base import Answer, ChangeAnswer, Operation


class ScheduledTask(Answer):
    """One scheduled task.

    Args:
        name: Without its path.
        path: The folder, `\\` for the root.
        at_logon: It has a trigger that fires when somebody logs on.
        action: Program and arguments of its first action, one space between.
        user: The account that it runs as.
    """

    name: str
    path: str
    at_logon: bool
    action: str
    user: str


class ScheduledTaskListAnswer(Answer):
    """The tasks with the names that were asked for, sorted by path and name."""

    tasks: tuple[ScheduledTask, ...]


class ScheduledTaskList(Operation[ScheduledTaskListAnswer]):
    """Look for scheduled tasks by name, in every folder."""

    name: ClassVar[str] = "scheduled_task.list"
    answer: ClassVar[type[Answer]] = ScheduledTaskListAnswer

    names: tuple[str, ...]


class ScheduledTaskRemove(Operation[ChangeAnswer]):
    """Remove a scheduled task by name; none is no change.

    `before` is `{"exists": true}`, `after` is `{"exists": false}`.
    """

    name: ClassVar[str] = "scheduled_task.remove"
    answer: ClassVar[type[Answer]] = ChangeAnswer
    changes: ClassVar[bool] = True

    task: str
