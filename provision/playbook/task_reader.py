"""One entry of a playbook's `tasks` or `handlers` as a task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel, ValidationError

from provision.model.errors import InputError, Problem
from provision.model.playbook import Place, Task, TaskRetry
from provision.model.position import Position
from provision.playbook.complaints import misread_booleans, problems_of
from provision.playbook.names import name_problem, variable_problems
from provision.playbook.params import as_step_class, expressions_of, written_problems
from provision.playbook.places import Places, walk
from provision.playbook.suggestion import did_you_mean
from provision.playbook.template import Renderer, has_template
from provision.playbook.written import TASK_KEYS, TaskWritten

_NOT_FILLED_IN = ("name", "register", "tags", "notify", "expect_warnings", "timeout", "retry")
_HERE = Position("", 1, 1)


@dataclass(frozen=True, slots=True)
class Inherited:
    """What the includes around a task add to it.

    Args:
        when: Conditions, the outermost first.
        tags: Of all includes.
        vars: The inner includes' win.
        positions: Of the conditions and the variables.
    """

    when: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    vars: Mapping[str, Any] = field(default_factory=dict)
    positions: Mapping[Place, Position] = field(default_factory=dict)

    def add(
        self, when: tuple[str, ...], tags: tuple[str, ...], vars: Mapping[str, Any], places: Places
    ) -> Inherited:
        """Add the settings of a further include, or of the task itself."""
        positions = dict(self.positions)
        for index in range(len(when)):
            if at := places.of(("when", index)):
                positions["when", len(self.when) + index] = at
        for place, at in places.under("vars").part(dict(vars)).items():
            positions["vars", *place] = at
        return Inherited(
            (*self.when, *when), self.tags | set(tags), {**self.vars, **vars}, positions
        )


class TaskReader:
    """Makes tasks of entries, and collects everything that is wrong with them.

    Args:
        steps: The known kinds of step, by name.
        renderer: Checks the syntax of templates.
    """

    def __init__(self, steps: Mapping[str, type[BaseModel]], renderer: Renderer) -> None:
        self._steps = steps
        self._renderer = renderer
        self.problems: list[Problem] = []

    def read(self, entry: Any, places: Places, inherited: Inherited) -> Task | None:
        """Make a task; None when its problems leave nothing to go on with."""
        if not isinstance(entry, dict):
            hint = "write it as '- name: …' with its step below"
            self.problems.append(Problem("a task must be a mapping", places.of(), hint))
            return None
        step = self._step(entry, places)
        settings = {key: value for key, value in entry.items() if key in TASK_KEYS}
        written = self._settings(settings, places)
        if step is None:
            return None
        self.problems += written_problems(self._steps[step], entry[step], places.under(step))
        self.check_templates(entry[step], places.under(step))
        for place, expression in expressions_of(self._steps[step], entry[step]):
            at = places.under(step).of(place)
            self._check(lambda e=expression: self._renderer.check_expression(e), at)
        params = {} if entry[step] is None else entry[step]
        position = places.of() or _HERE
        own = inherited.add(written.when, written.tags, written.vars, places)
        loop = {("loop", *p): at for p, at in places.under("loop").part(written.loop).items()}
        return Task(
            name=written.name or self._default_name(step, params),
            step=step,
            params=params,
            position=position,
            positions=places.under(step).part(params),
            when=own.when,
            loop=written.loop,
            register=written.register_as,
            tags=own.tags,
            retry=TaskRetry(written.retry.attempts, written.retry.delay),
            timeout=written.timeout,
            notify=written.notify,
            expect_warnings=written.expect_warnings,
            ignore=written.ignore,
            on_restart=written.on_restart,
            vars=own.vars,
            settings={**own.positions, **loop, **_notify_positions(written, places)},
        )

    def check_templates(self, value: Any, places: Places) -> None:
        """Check the syntax of all templates in a value."""
        for place, text in walk(value):
            if has_template(text):
                self._check(lambda t=text: self._renderer.check_text(t), places.of(place))

    def check_conditions(self, when: tuple[str, ...], places: Places) -> None:
        """Check the syntax of conditions."""
        for index, condition in enumerate(when):
            at = places.of(("when", index))
            self._check(lambda c=condition: self._renderer.check_expression(c), at)

    def check_plain(self, data: Mapping[str, Any], keys: tuple[str, ...], places: Places) -> None:
        """Refuse templates where nobody would fill them in."""
        for key in keys:
            for place, text in walk(data.get(key), (key,)):
                if has_template(text):
                    message = f"'{key}' cannot hold a template"
                    hint = "it is read before any variable is known"
                    self.problems.append(Problem(message, places.of(place), hint))

    def _check(self, parse: Any, position: Position | None) -> None:
        try:
            parse()
        except InputError as error:
            self.problems += [replace(one, position=position) for one in error.problems]

    def _step(self, entry: Mapping[str, Any], places: Places) -> str | None:
        found = [key for key in entry if key in self._steps]
        unknown = [key for key in entry if key not in self._steps and key not in TASK_KEYS]
        no_step = not found and not unknown
        for key in unknown:
            kind = "key" if found or len(unknown) > 1 else "step"
            if kind == "step" and self._meant_as_setting(key):
                kind, no_step = "key", True
            hint = did_you_mean(key, (*self._steps, *(TASK_KEYS if kind == "key" else ())))
            message = f"unknown {kind} '{key}'" + (" in a task" if kind == "key" else "")
            self.problems.append(Problem(message, places.of_key((key,)), hint))
        if len(found) > 1:
            message = f"a task has one step, this one has '{found[0]}' and '{found[1]}'"
            hint = "begin a new task with '- ' for each step"
            self.problems.append(Problem(message, places.of_key((found[1],)), hint))
        if no_step:
            hint = did_you_mean("", self._steps, listed=20)
            self.problems.append(Problem("the task has no step", places.of(), hint))
        return found[0] if found else None

    def _meant_as_setting(self, key: str) -> bool:
        """Whether an unknown key looks like a misspelt setting, and like no step."""
        return bool(did_you_mean(key, TASK_KEYS, listed=0)) and not did_you_mean(
            key, self._steps, listed=0
        )

    def _settings(self, settings: Mapping[str, Any], places: Places) -> TaskWritten:
        self.check_plain(settings, _NOT_FILLED_IN, places)
        if any(has_template(value) for value in (settings.get("timeout"), settings.get("retry"))):
            settings = {k: v for k, v in settings.items() if k not in ("timeout", "retry")}
        try:
            written = TaskWritten.model_validate(settings)
        except ValidationError as error:
            self.problems += problems_of(error, TaskWritten, settings, places)
            wrong = {one["loc"][0] for one in error.errors()}
            settings = {key: value for key, value in settings.items() if key not in wrong}
            written = TaskWritten.model_validate(settings)
        self.problems += misread_booleans(written, settings, places)
        self.problems += variable_problems(written.vars, places.under("vars"))
        register = written.register_as
        if register and not has_template(register) and (taken := name_problem(register)):
            self.problems.append(Problem(taken[0], places.of(("register",)), taken[1]))
        if not isinstance(written.loop, list | None) and not has_template(written.loop):
            message = "'loop' must be a list, or a template that gives one"
            self.problems.append(Problem(message, places.of(("loop",))))
        self.check_conditions(written.when, places)
        self.check_templates(written.loop, places.under("loop"))
        self.check_templates(written.vars, places.under("vars"))
        return written

    def _default_name(self, step: str, params: Any) -> str:
        """The step and its most telling parameter: `windows_feature Containers`."""
        short = as_step_class(self._steps[step]).short
        if isinstance(params, dict):
            params = params.get(short) if short in params else next(iter(params.values()), None)
        if not isinstance(params, str) or has_template(params) or not params.strip():
            return step
        line = params.strip().splitlines()[0]
        return f"{step} {line if len(line) <= 50 else line[:49] + '…'}"


def _notify_positions(written: TaskWritten, places: Places) -> dict[Place, Position]:
    found = {("notify", i): places.of(("notify", i)) for i in range(len(written.notify))}
    return {place: at for place, at in found.items() if at}
