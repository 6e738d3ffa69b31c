"""Where each part of a user's file stands, and which parts must not be shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from provision.model.playbook import Place
from provision.model.position import Position

_SECRET_KEY = r"[\w-]*(?:pas+[\w-]*|pwd|secret|token)[\w-]*"
_SECRET_NAME = re.compile(_SECRET_KEY, re.IGNORECASE)
_SECRET_LINE = re.compile(
    rf"""((?:^|[\s{{,])["']?{_SECRET_KEY}["']?\s*:\s+)(?!["']?[{{|>&*])\S.*""", re.IGNORECASE
)
_SCALAR = re.compile(r"[\w.+\-:]+")


@dataclass(frozen=True, slots=True)
class Places:
    """Looks up positions in one document, or in a part of it.

    Args:
        values: Where each value begins.
        keys: Where each key begins, by the place of its value.
        root: The part that places are counted from.
    """

    values: Mapping[Place, Position]
    keys: Mapping[Place, Position] = field(default_factory=dict)
    root: Place = ()

    def of(self, place: Place = ()) -> Position | None:
        """Give the position of a value, or of the nearest thing around it."""
        whole = self.root + place
        for length in range(len(whole), -1, -1):
            if found := self.values.get(whole[:length]):
                return found
        return None

    def of_key(self, place: Place) -> Position | None:
        """Give the position of a key, or of its value, or of the nearest thing around it."""
        return self.keys.get(self.root + place) or self.of(place)

    def under(self, *place: str | int) -> Places:
        """Look at a part only."""
        return Places(self.values, self.keys, self.root + place)

    def part(self, data: Any) -> dict[Place, Position]:
        """Copy the positions of this part, whose data is given, counted from it."""
        found = {place: self.values.get(self.root + place) for place, _ in walk(data)}
        return {place: position for place, position in found.items() if position}


def walk(data: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Visit every value of nested plain data, the outer before the inner."""
    yield place, data
    if isinstance(data, dict):
        for key, value in data.items():
            yield from walk(value, (*place, key))
    elif isinstance(data, list | tuple):
        for index, value in enumerate(data):
            yield from walk(value, (*place, index))


def show(place: Place) -> str:
    """Write a place as people do: `sources[0].url`."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def is_secret(place: Place) -> bool:
    """Tell whether the value at a place is likely a secret, by the names of its keys."""
    return any(isinstance(part, str) and _SECRET_NAME.fullmatch(part) for part in place)


def mask(line: str) -> str:
    """Hide what is likely a secret in a line that may be shown."""
    return _SECRET_LINE.sub(r"\1********", line)


def written_at(position: Position | None) -> str:
    """Give the word that stands at a position; empty when it is not known."""
    if position is None:
        return ""
    found = _SCALAR.match(position.text, position.column - 1)
    return found.group() if found else ""
