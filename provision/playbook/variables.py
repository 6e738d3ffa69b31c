"""Which variables a playbook needs, and their values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from provision.model.errors import InputError, Problem
from provision.model.facts import Facts
from provision.model.playbook import Playbook, Task
from provision.model.position import Position
from provision.playbook.names import GIVEN
from provision.playbook.params import expressions_of
from provision.playbook.places import Places, walk
from provision.playbook.suggestion import did_you_mean
from provision.playbook.template import At, Renderer, has_template
from provision.playbook.template_error import undefined
from provision.playbook.template_names import Names


def check_variables(
    playbook: Playbook, known: Iterable[str], steps: Mapping[str, type[BaseModel]]
) -> list[Problem]:
    """Find variables that no template of a playbook can have at its place.

    Args:
        playbook: As loaded.
        known: Names of the host's variables and those of `--var`.
        steps: The known kinds of step, by name.
    """
    return list(dict.fromkeys(_Check(playbook, frozenset(known), steps).problems()))


class _Check:
    def __init__(
        self, playbook: Playbook, known: frozenset[str], steps: Mapping[str, type[BaseModel]]
    ) -> None:
        self._playbook = playbook
        self._steps = steps
        self._renderer = Renderer()
        self._everywhere = known | playbook.vars.keys() | GIVEN
        self._registered = {t.register: t.position for t in reversed(playbook.tasks) if t.register}

    def problems(self) -> Iterator[Problem]:
        """Give all problems, in the order in which the run would meet them."""
        names = self._everywhere | self._registered.keys()
        places = Places(self._playbook.positions, root=("vars",))
        yield from self._unknown(dict(self._playbook.vars), places, names, frozenset())
        earlier: set[str] = set()
        for task in self._playbook.tasks:
            yield from self._task(task, self._everywhere | earlier)
            if task.register:
                earlier.add(task.register)
        for handler in self._playbook.handlers:
            yield from self._task(handler, self._everywhere | earlier)

    def _task(self, task: Task, names: frozenset[str]) -> Iterator[Problem]:
        names |= task.vars.keys()
        places = Places({(): task.position, **task.settings})
        yield from self._unknown(task.loop, places.under("loop"), names, frozenset())
        yield from self._unknown(dict(task.vars), places.under("vars"), names, frozenset())
        inside = names | {"item"} if task.loop is not None else names
        guarded: frozenset[str] = frozenset()
        for index, condition in enumerate(task.when):
            found = self._renderer.check_expression(condition)
            guarded |= found.guarded
            at = places.of(("when", index))
            yield from self._missing(found, at, inside, guarded)
        params = Places({(): task.position, **task.positions})
        yield from self._unknown(task.params, params, inside, guarded)
        for place, expression in expressions_of(self._steps[task.step], task.params):
            found = self._renderer.check_expression(expression)
            yield from self._missing(found, params.of(place), inside, guarded)

    def _unknown(
        self, value: Any, places: Places, names: frozenset[str], guarded: frozenset[str]
    ) -> Iterator[Problem]:
        for place, text in walk(value):
            if has_template(text):
                found = self._renderer.check_text(text)
                yield from self._missing(found, places.of(place), names, guarded)

    def _missing(
        self, found: Names, at: Position | None, names: frozenset[str], guarded: frozenset[str]
    ) -> Iterator[Problem]:
        for name in sorted(found.used - names - found.guarded - guarded):
            message, hint = undefined(name, names)
            if name == "item":
                hint = "only the step and the 'when' of a task with 'loop' have it"
            elif name in self._registered:
                hint = f"it is registered only later, at {self._registered[name]}"
            yield Problem(message, _narrow(at, name), hint)
        for name, attribute in sorted(found.attributes):
            if name == "facts" and attribute not in Facts.model_fields:
                hint = did_you_mean(attribute, Facts.model_fields, listed=20)
                yield Problem(f"there is no fact '{attribute}'", _narrow(at, attribute), hint)


def settle(
    written: Mapping[str, Any], known: Mapping[str, Any], renderer: Renderer, at: At = None
) -> dict[str, Any]:
    """Fill in the templates of variables with each other, in whatever order they are written.

    A variable that needs something not known yet, such as a later task's result, is left out.

    Args:
        written: Variables whose values may hold templates.
        known: Plain data; wins over what is written.
        at: Where to place what goes wrong.

    Returns:
        All variables, `known` among them.

    Raises:
        InputError: A template fails, or variables need each other in a circle.
    """
    settled = dict(known)
    pending = {name: value for name, value in written.items() if name not in known}
    needs = {name: _needs(value, renderer) for name, value in pending.items()}
    while pending:
        ready = [name for name in pending if needs[name] <= settled.keys()]
        if not ready:
            break
        for name in ready:
            settled[name] = renderer.render(pending.pop(name), settled, at)
    circle = sorted(name for name in pending if name in _reachable(name, needs))
    if circle:
        position = at.of() if isinstance(at, Places) else at
        raise InputError([Problem(f"variables need each other: {', '.join(circle)}", position)])
    return settled


def _needs(value: Any, renderer: Renderer) -> frozenset[str]:
    names: frozenset[str] = frozenset()
    for _, text in walk(value):
        if has_template(text):
            found = renderer.check_text(text)
            names |= found.used - found.guarded
    return names


def _reachable(name: str, needs: Mapping[str, frozenset[str]]) -> set[str]:
    found: set[str] = set()
    pending = set(needs[name])
    while pending:
        one = pending.pop()
        if one not in found:
            found.add(one)
            pending |= needs.get(one, frozenset())
    return found


def _narrow(at: Position | None, name: str) -> Position | None:
    """Move a position to the name itself, if that stands in the same line."""
    if at is None:
        return None
    found = re.compile(rf"\b{re.escape(name)}\b").search(at.text, at.column - 1)
    return Position(at.file, at.line, found.start() + 1, at.text) if found else at
