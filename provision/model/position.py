"""Where in a user's file something stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a file that a user wrote.

    Args:
        file: The path as the user gave it.
        line: Counted from 1.
        column: Counted from 1, in characters.
        text: The line itself, without its end; empty when it is not known.
    """

    file: str
    line: int
    column: int
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"
