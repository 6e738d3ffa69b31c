"""What a run intends to do on one host, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from provision.model.playbook import Task


class Action(Enum):
    """What the plan says of a task.

    `DECIDE` is for conditions that only an earlier task's result can settle.
    """

    RUN = "run"
    SKIP = "skip"
    DECIDE = "decide"


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """A task with its action, the reason for it, and what its step intends."""

    task: Task
    action: Action
    reason: str
    intent: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All tasks of a playbook for one host, in order."""

    host: str
    playbook: str
    tasks: tuple[PlannedTask, ...]
    handlers: tuple[Task, ...] = ()
