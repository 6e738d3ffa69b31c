"""A model's validation errors as problems: plain words, each with its place in the user's file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from provision.model.errors import Problem
from provision.model.playbook import Place
from provision.playbook.places import Places, is_secret, show, written_at
from provision.playbook.shape import known_keys
from provision.playbook.suggestion import did_you_mean

_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "finite": "a number",
    "bool": "true or false",
    "string": "text",
    "list": "a list",
    "tuple": "a list",
    "set": "a list",
    "frozen": "a list",
    "dict": "a mapping (key: value)",
    "model": "a mapping (key: value)",
    "none": "empty",
}
_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
}
_KIND_ERROR = re.compile(
    r"(\w+?)_(?:type|parsing|from_float|number|set_type|attributes_type|required)"
)


class Complaint:
    """One validation error, with its place in the data.

    Args:
        error: As pydantic lists it.
        data: What was validated.
    """

    def __init__(self, error: Mapping[str, Any], data: Any) -> None:
        self.kind: str = error["type"]
        self.context: Mapping[str, Any] = error.get("ctx") or {}
        self.input = error["input"]
        self.said: str = error["msg"]
        self.place, self.branch = _place(error["loc"], data, self.kind)

    @property
    def about_keys(self) -> bool:
        """Whether it is a key that is wrong or missing, not a value."""
        return self.kind in ("missing", "extra_forbidden", "union_tag_not_found")

    @property
    def wanted(self) -> str:
        """The kind of value that was wanted; empty when the error is of another sort."""
        found = _KIND_ERROR.fullmatch(self.kind)
        return _KINDS.get(found.group(1), "") if found else ""

    def problem(self, model: type[BaseModel], places: Places, *, root: Place = ()) -> Problem:
        """Say it in plain words."""
        name = show((*root, *self.place))
        if self.kind == "extra_forbidden":
            key = str(self.place[-1])
            known = known_keys(model, self.place[:-1])
            inside = f" in '{show((*root, *self.place[:-1]))}'" if (*root, *self.place[:-1]) else ""
            message = f"unknown key '{key}'{inside}"
            return Problem(message, places.of_key(self.place), did_you_mean(key, known))
        if self.kind in ("missing", "union_tag_not_found"):
            missing = str(self.context.get("discriminator", "")).strip("'")
            name = show((*root, *self.place, missing)) if missing else name
            around = self.place if missing else self.place[:-1]
            return Problem(f"'{name}' is missing", places.of_key(around))
        message = self._message()
        label = f"'{name}' " if name else ""
        if label and not message.startswith("must "):
            label = f"'{name}': "
        position = places.of(self.place)
        return Problem(f"{label}{message}", position, self._hint(written_at(position)))

    def _message(self) -> str:
        got = f", got {_shown(self.input, self.place)}"
        if self.wanted:
            return f"must be {self.wanted}{got}"
        if self.kind in _BOUNDS:
            words, limit = _BOUNDS[self.kind]
            return f"must be {words} {self.context[limit]}{got}"
        if self.kind in ("enum", "literal_error", "union_tag_invalid"):
            options = self.context.get("expected") or self.context.get("expected_tags")
            tag = self.context.get("tag")
            return f"must be {options}" + (f", got '{tag}'" if tag else got)
        if self.kind == "value_error":
            said = str(self.context.get("error", self.said))
            return f"{said}{got}" if said.startswith("must be") else said
        if self.kind in ("string_too_short", "too_short"):
            least = self.context.get("min_length", 1)
            return "must not be empty" if least == 1 else f"must have at least {least} entries"
        if self.kind in ("string_too_long", "too_long"):
            return f"must have at most {self.context.get('max_length')} entries"
        if self.kind == "string_pattern_mismatch":
            return f"must match {self.context.get('pattern')}{got}"
        said = self.said.replace("Input should", "must").replace("Value error, ", "")
        return f"{said[:1].lower()}{said[1:]}"

    def _hint(self, written: str) -> str:
        if self.kind in ("enum", "literal_error") and isinstance(self.input, str):
            options = re.findall(r"'([^']+)'", str(self.context.get("expected", "")))
            return did_you_mean(self.input, options, listed=0)
        if is_secret(self.place):
            written = "the value"
        if "text" in self.wanted and isinstance(self.input, bool | int | float):
            what = "true or false" if isinstance(self.input, bool) else "a number"
            quoted = f'"{written}"' if written and written != "the value" else "it in quotes"
            return f"without quotes, YAML reads {written or 'this'} as {what}: write {quoted}"
        if isinstance(self.input, str) and re.fullmatch(r"\d+(:\d\d)+", self.input):
            return "a number with ':' is text here; YAML 1.1 would have counted to base 60"
        return ""


def complaints_of(error: ValidationError, data: Any) -> list[Complaint]:
    """List what a model complains about, one complaint for each thing that is wrong.

    Where a value may have several shapes, the complaints about the shapes that it was not meant to
    have are left out.
    """
    raw = error.errors(include_url=False, include_input=True)
    complaints = [Complaint(one, data) for one in raw]
    complaints = [one for one in complaints if not _only_follows(one, complaints)]
    kept = [one for one in complaints if one.branch is None]
    branched: dict[Place, list[Complaint]] = {}
    for one in complaints:
        if one.branch is not None:
            branched.setdefault(one.branch, []).append(one)
    for branch, group in branched.items():
        meant = [one for one in group if not (one.wanted and one.place == branch)]
        if not meant:
            kinds = list(dict.fromkeys(one.wanted for one in group))
            group[0].kind, group[0].context = (
                "value_error",
                {"error": "must be " + " or ".join(kinds)},
            )
            meant = group[:1]
        kept += meant
    return kept


def _only_follows(complaint: Complaint, complaints: list[Complaint]) -> bool:
    """Whether a list counts as too short only because what is in it is wrong."""
    place = complaint.place
    return complaint.kind == "too_short" and any(
        len(one.place) > len(place) and one.place[: len(place)] == place for one in complaints
    )


def problems_of(
    error: ValidationError,
    model: type[BaseModel],
    data: Any,
    places: Places,
    *,
    root: Place = (),
) -> list[Problem]:
    """Give all problems of a validation.

    Args:
        model: What the data was validated as.
        data: What was validated, as plain data.
        places: Of the data.
        root: What to put before each place in messages.
    """
    found = (one.problem(model, places, root=root) for one in complaints_of(error, data))
    return list(dict.fromkeys(found))


def misread_booleans(model: object, data: Any, places: Places, root: Place = ()) -> list[Problem]:
    """Find values where `yes` or `on` was quietly taken for the number 1."""
    return [
        Problem(
            f"'{show((*root, *place))}' must be a whole number, got true or false",
            places.of(place),
            "without quotes, YAML reads yes, no, on and off as true or false",
        )
        for place in _misread(model, data, ())
    ]


def _misread(made: object, data: Any, place: Place) -> Iterable[Place]:
    if isinstance(data, bool):
        if isinstance(made, int | float) and not isinstance(made, bool):
            yield place
    elif isinstance(data, dict):
        for key, value in data.items():
            part = made.get(key) if isinstance(made, Mapping) else getattr(made, str(key), None)
            yield from _misread(part, value, (*place, key))
    elif isinstance(data, list) and isinstance(made, list | tuple):
        for index, (part, value) in enumerate(zip(made, data, strict=False)):
            yield from _misread(part, value, (*place, index))


def _place(loc: tuple[str | int, ...], data: Any, kind: str) -> tuple[Place, Place | None]:
    """Take the names of union branches out of a location; say where the first one stood."""
    place: list[str | int] = []
    branch: Place | None = None
    for index, part in enumerate(loc):
        last = index == len(loc) - 1
        if isinstance(data, dict) and (part in data or (last and kind == "missing")):
            data = data.get(part)
        elif isinstance(data, list | tuple) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            branch = tuple(place) if branch is None else branch
            continue
        place.append(part)
    return tuple(place), branch


def _shown(value: Any, place: Place) -> str:
    if isinstance(value, dict | BaseModel):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "nothing"
    if is_secret(place):
        return "something else"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
