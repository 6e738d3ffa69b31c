"""A step's parameters against the step's model: what can be told at load, and all at run time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol, TypeVar, cast

from pydantic import BaseModel, ValidationError

from provision.model.errors import InputError, Problem
from provision.model.playbook import Place, Task
from provision.model.position import Position
from provision.playbook.complaints import Complaint, complaints_of, misread_booleans, problems_of
from provision.playbook.places import Places, walk
from provision.playbook.template import Renderer, has_template

S = TypeVar("S", bound=BaseModel)


class StepClass(Protocol):
    """What is needed of a kind of step beside its being a model; see `provision.steps.step`."""

    short: str | None

    def from_written(self, params: Any) -> Any:
        """Turn what a user wrote into a mapping."""


def as_step_class(step: type[BaseModel]) -> StepClass:
    """Look at a step's model as the class that it is."""
    return cast(StepClass, step)


def expressions_of(step: type[BaseModel], params: Any) -> Iterator[tuple[Place, str]]:
    """Find parameters that are Jinja2 expressions without braces.

    A step names them in a class attribute `expressions`; those with braces in them are templates,
    whose text only run time gives.

    Args:
        step: The step's model.
        params: As they stand in the playbook.
    """
    for key in getattr(step, "expressions", ()):
        whole = not isinstance(params, dict) and as_step_class(step).short == key
        written = params if whole else params.get(key) if isinstance(params, dict) else None
        for place, value in walk(written, () if whole else (key,)):
            if isinstance(value, str) and not has_template(value):
                yield place, value


def written_problems(step: type[BaseModel], params: Any, places: Places) -> list[Problem]:
    """Check parameters as written: keys always, values where they hold no template.

    Args:
        step: The step's model.
        params: As they stand in the playbook.
        places: Of the parameters.
    """
    data = _mapping(step, params)
    places = _shifted(step, params, places)
    templates = [place for place, value in walk(data) if has_template(value)]
    try:
        made = step.model_validate(data)
    except ValidationError as error:
        complaints = complaints_of(error, data)
        return [
            one.problem(step, places, root=(_name(step),))
            for one in complaints
            if not _waits(one, templates)
        ]
    return misread_booleans(made, data, places, (_name(step),))


def check_params(
    step: type[S], params: Any, positions: Mapping[Place, Position], position: Position
) -> S:
    """Make a step of parameters whose templates are filled in.

    A whole number that a template gave where text is wanted becomes text.

    Args:
        step: The step's model.
        params: As rendered.
        positions: Of the parameters as they were written.
        position: Of the task.

    Raises:
        InputError: With everything that is wrong.
    """
    places = _shifted(step, params, Places({(): position, **positions}))
    data = _mapping(step, params)
    problems: list[Problem] = []
    for _ in range(2):
        try:
            made = step.model_validate(data)
        except ValidationError as error:
            complaints = complaints_of(error, data)
            problems = problems_of(error, step, data, places, root=(_name(step),))
            numbers = {one.place for one in complaints if _is_number_for_text(one)}
            data = _as_text(data, numbers, ())
            continue
        problems = misread_booleans(made, data, places, (_name(step),))
        if problems:
            break
        return made
    raise InputError(problems)


def prepare_step(step: type[S], task: Task, variables: Mapping[str, Any], renderer: Renderer) -> S:
    """Fill in a task's templates and make its step.

    Raises:
        InputError: With every template that cannot be filled in, or everything that is wrong with
            what they gave.
    """
    places = Places({(): task.position, **task.positions})
    rendered = renderer.render(task.params, variables, places)
    return check_params(step, rendered, task.positions, task.position)


def _name(step: type[BaseModel]) -> str:
    return str(getattr(step, "name", step.__name__))


def _mapping(step: type[BaseModel], params: Any) -> Any:
    return {} if params is None else as_step_class(step).from_written(params)


def _shifted(step: type[BaseModel], params: Any, places: Places) -> Places:
    """The places of a short form, which stands for one parameter."""
    short = as_step_class(step).short
    if short is None or params is None or isinstance(params, dict):
        return places
    values = {(short, *place): position for place, position in places.part(params).items()}
    whole = places.of()
    return Places({**values, (): whole} if whole else values)


def _waits(complaint: Complaint, templates: list[Place]) -> bool:
    """Whether only run time can tell, since a template's value is not known yet."""
    place = complaint.place
    return not complaint.about_keys and any(
        template[: len(place)] == place or place[: len(template)] == template
        for template in templates
    )


def _is_number_for_text(complaint: Complaint) -> bool:
    number = complaint.input
    return complaint.wanted == "text" and isinstance(number, int) and not isinstance(number, bool)


def _as_text(data: Any, numbers: set[Place], place: Place) -> Any:
    if place in numbers:
        return str(data)
    if isinstance(data, dict):
        return {key: _as_text(value, numbers, (*place, key)) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_as_text(value, numbers, (*place, index)) for index, value in enumerate(data)]
    return data
