"""A playbook after it was read and checked, its templates not yet filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from provision.model.position import Position

Place = tuple[str | int, ...]
"""A path into nested data, such as `("sources", 0, "url")`; `()` is the whole."""


class OnRestart(Enum):
    """What a task does when the host restarts under it without being asked to."""

    RERUN = "rerun"
    CONTINUE = "continue"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class TaskRetry:
    """How often a failed task is tried again.

    Args:
        attempts: All tries together, at least 1.
        delay: Host seconds between two tries.
    """

    attempts: int = 1
    delay: float = 5.0


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that a playbook wants of a host.

    Args:
        name: For people; unique in no way.
        step: Name of the kind of step.
        params: The step's parameters as written, templates unfilled.
        positions: Where each part of the parameters stands, by its place in `params`.
        position: Where the task begins.
        when: Jinja2 expressions that must all hold.
        loop: Items, or a template that gives them; None runs once. The variable is `item`.
        register: Name under which later templates find the result.
        tags: For `--tags`.
        retry: How often to try.
        timeout: Host seconds for the whole task; None for the step's own default.
        notify: Names of handlers to run at the end if this task changed something.
        expect_warnings: Known issues that are expected here: reported, but not counted by
            `--strict`.
        ignore: True goes on after a failure, which becomes a warning.
        on_restart: What an unexpected restart of the host means for it; None is the step's own
            default: `rerun` where the step only brings about a state, `fail` where it runs
            something of the user's.
        vars: Variables of this task alone (from `include`).
        settings: Where each of the task's own settings stands, such as `("when", 0)` and
            `("vars", "prefix")`.
    """

    name: str
    step: str
    params: Any
    position: Position
    positions: Mapping[Place, Position] = field(default_factory=dict)
    when: tuple[str, ...] = ()
    loop: Any = None
    register: str | None = None
    tags: frozenset[str] = frozenset()
    retry: TaskRetry = TaskRetry()
    timeout: float | None = None
    notify: tuple[str, ...] = ()
    expect_warnings: tuple[str, ...] = ()
    ignore: bool = False
    on_restart: OnRestart | None = None
    vars: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[Place, Position] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Playbook:
    """Tasks in order, and the handlers that they may notify.

    Args:
        file: Path as the user gave it; relative files in tasks are sought beside it.
        sha256: Of the playbook and everything it includes, in lower-case hex.
        positions: Where each of its variables stands, such as `("vars", "prefix")`.
    """

    name: str
    file: str
    sha256: str
    vars: Mapping[str, Any]
    tasks: tuple[Task, ...]
    handlers: tuple[Task, ...] = ()
    positions: Mapping[Place, Position] = field(default_factory=dict)
