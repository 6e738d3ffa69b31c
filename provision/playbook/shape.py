"""Which keys a model has at a place within it."""

from __future__ import annotations

import types
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from provision.model.playbook import Place


def known_keys(model: type[BaseModel], place: Place) -> set[str]:
    """Give the keys that may be written at a place; none where any key may be."""
    found: set[str] = set()
    for candidate in _at(model, place):
        found |= set(_fields(candidate))
    return found


def _at(annotation: Any, place: Place) -> list[type[BaseModel]]:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _at(get_args(annotation)[0], place)
    if origin in (Union, types.UnionType):
        return [model for part in get_args(annotation) for model in _at(part, place)]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if not place:
            return [annotation]
        field = _fields(annotation).get(str(place[0]))
        return _at(field, place[1:]) if field is not None else []
    if origin is not None and place:
        return _at(get_args(annotation)[-1 if origin is dict else 0], place[1:])
    return []


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {info.alias or name: info.annotation for name, info in model.model_fields.items()}
