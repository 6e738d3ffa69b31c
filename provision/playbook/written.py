"""The shape of what users write in a playbook, as models."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from provision.model.playbook import OnRestart
from provision.playbook.durations import Duration


def _as_list(written: Any) -> Any:
    return [written] if isinstance(written, str) else written


def _as_conditions(written: Any) -> Any:
    items = written if isinstance(written, list) else [written]
    return [str(item).lower() if isinstance(item, bool) else item for item in items]


def empty_mapping(written: Any) -> Any:
    """Take a key with nothing behind it for an empty mapping."""
    return {} if written is None else written


def _as_retry(written: Any) -> Any:
    if isinstance(written, int) and not isinstance(written, bool):
        return {"attempts": written}
    return written


_TEXT = {"type": "string"}
_TEXTS = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
_CONDITION = {"type": ["string", "boolean"]}
_CONDITIONS = {"anyOf": [_CONDITION, {"type": "array", "items": _CONDITION}]}

Variables = Annotated[dict[str, Any], BeforeValidator(empty_mapping)]
Words = Annotated[tuple[str, ...], BeforeValidator(_as_list), WithJsonSchema(_TEXTS)]
Conditions = Annotated[
    tuple[str, ...], BeforeValidator(_as_conditions), WithJsonSchema(_CONDITIONS)
]


class _Written(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RetryWritten(_Written):
    """How often a failed task is tried again.

    Args:
        attempts: All tries together.
        delay: Between two tries: seconds, or a text such as `2m`.
    """

    attempts: int = Field(ge=1, le=1000)
    delay: Duration = 5.0


Retry = Annotated[
    RetryWritten,
    BeforeValidator(_as_retry),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": 1000},
                RetryWritten.model_json_schema(),
            ]
        }
    ),
]


class TaskWritten(_Written):
    """One thing that the playbook wants of the host: exactly one step, and settings around it.

    Args:
        name: For people.
        when: Jinja2 expressions that must all hold.
        loop: A list, or a template that gives one; the step runs once for each `item`.
        register: Name under which later templates find the result.
        tags: For `--tags`.
        retry: How often to try: a number, or `attempts` and `delay`.
        timeout: For the whole task: seconds, or a text such as `2h`.
        notify: Names of handlers to run at the end if this task changed something.
        expect_warnings: Known issues that are expected here; `--strict` does not count them.
        ignore: True goes on after a failure, which becomes a warning.
        on_restart: What it means when the host restarts under the task without being asked to.
        vars: Variables of this task alone.
    """

    name: str | None = Field(default=None, min_length=1)
    when: Conditions = ()
    loop: Annotated[
        Any,
        WithJsonSchema({"anyOf": [{"type": "array"}, {"type": "string", "pattern": r"\{\{"}]}),
    ] = None
    register_as: str | None = Field(default=None, alias="register")
    tags: Words = ()
    retry: Retry = RetryWritten(attempts=1)
    timeout: Duration | None = None
    notify: Words = ()
    expect_warnings: Words = ()
    ignore: bool = False
    on_restart: OnRestart | None = None
    vars: Variables = {}


class IncludeWritten(_Written):
    """The tasks of another playbook, in this place.

    Args:
        include: Path of the other playbook, relative to this file.
        name: For people who read the file.
        when: Jinja2 expressions that must hold for each of its tasks.
        tags: Added to each of its tasks.
        vars: Variables for its tasks.
    """

    include: str = Field(min_length=1)
    name: str | None = None
    when: Conditions = ()
    tags: Words = ()
    vars: Variables = {}


class PlaybookWritten(_Written):
    """What a host should become.

    Args:
        name: For people.
        vars: Variables, weaker than those of the host.
        tasks: In the order in which they run.
        handlers: Tasks that run at the end, once, if a task notified them.
    """

    name: str | None = Field(default=None, min_length=1)
    vars: Variables = {}
    tasks: list[Any]
    handlers: list[Any] = []


TASK_KEYS = tuple(info.alias or name for name, info in TaskWritten.model_fields.items())
"""All keys of a task beside its step."""
