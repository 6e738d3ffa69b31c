"""What a frozen model says of itself, read from its docstring and its fields.

Users' documentation is made of this, both in the terminal and in `docs/`, so it cannot drift.
"""

from __future__ import annotations

import enum
import inspect
import json
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from provision.playbook.docs import docs_of

_PLAIN = {str: "text", int: "whole number", float: "number", bool: "true or false", Any: "anything"}


@dataclass(frozen=True, slots=True)
class FieldText:
    """One field.

    Args:
        default: As it would be written; None when the field must be given.
    """

    name: str
    type: str
    default: str | None
    text: str


@dataclass(frozen=True, slots=True)
class ModelText:
    """One model.

    Args:
        summary: The docstring's first line.
        body: What follows it, without the `Args:` section; paragraphs are parted by empty lines.
        nested: Models that the fields are made of.
    """

    name: str
    summary: str
    body: str
    fields: tuple[FieldText, ...]
    nested: tuple[type[BaseModel], ...]


def describe(model: type[BaseModel], *, inherited: bool = True) -> ModelText:
    """Read a model.

    Args:
        inherited: Also give the fields of its parents.
    """
    docs = docs_of(model.__doc__)
    own = inspect.get_annotations(model)
    texts = field_texts(model)
    fields = [
        FieldText(name, type_text(field.annotation), _default(field), texts.get(name, ""))
        for name, field in model.model_fields.items()
        if inherited or name in own
    ]
    nested: dict[type[BaseModel], None] = {}
    for field in model.model_fields.values():
        nested.update(dict.fromkeys(_models(field.annotation)))
    return ModelText(model.__name__, docs.summary, docs.body, tuple(fields), tuple(nested))


def field_texts(model: type[BaseModel]) -> dict[str, str]:
    """Read the `Args:` sections of a model and its parents."""
    texts: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        if issubclass(kind, BaseModel):
            texts |= docs_of(kind.__doc__).arguments
    return texts


def type_text(annotation: Any) -> str:
    """Name a type as a person who writes YAML would."""
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if inspect.isclass(annotation) and issubclass(annotation, enum.Enum):
        return _either([f"`{item.value}`" for item in annotation])
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    if annotation is type(None):
        return "nothing"
    return _composed(annotation)


def _composed(annotation: Any) -> str:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return type_text(arguments[0])
    if origin is typing.Literal:
        return _either([f"`{item}`" for item in arguments])
    if origin in (typing.Union, types.UnionType):
        parts = dict.fromkeys(type_text(item) for item in arguments if item is not type(None))
        return _either(list(parts))
    if origin in (tuple, list, frozenset, set):
        inner = dict.fromkeys(type_text(item) for item in arguments if item is not Ellipsis)
        return f"list of {' or '.join(inner)}" if inner else "list"
    if origin is dict:
        return f"mapping to {type_text(arguments[1])}"
    return "anything"


def _either(parts: list[str]) -> str:
    return " or ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from _models(argument)


def _default(field: FieldInfo) -> str | None:
    if field.is_required():
        return None
    value = field.get_default(call_default_factory=True)
    if isinstance(value, enum.Enum):
        return str(value.value)
    if isinstance(value, BaseModel) or value in (None, (), {}):
        return ""
    return value if isinstance(value, str) else json.dumps(value, default=str)
