"""Frozen dataclasses as plain data, for programs."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter


def plain_data(value: Any) -> dict[str, Any]:
    """Give a dataclass as what a JSON document can hold."""
    data: dict[str, Any] = TypeAdapter(type(value)).dump_python(value, mode="json")
    return data
