"""A Dockerfile's text, cut into lines exactly as the parser cuts it.

Only a line feed ends a line; a carriage return before it belongs to the line's end. A byte order
mark is kept aside, so that columns count from the first visible character.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

BOM = "\ufeff"


@dataclass(frozen=True)
class Source:
    """The text of one Dockerfile.

    Args:
        text: As it was read; joining `bom` and `lines` gives it back.
    """

    text: str

    @cached_property
    def bom(self) -> str:
        """The byte order mark, or nothing."""
        return BOM if self.text.startswith(BOM) else ""

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines with their ends."""
        pieces = self.text.removeprefix(BOM).split("\n")
        ended = [f"{piece}\n" for piece in pieces[:-1]]
        return (*ended, pieces[-1]) if pieces[-1] else tuple(ended)

    def line(self, number: int) -> str:
        """Give a line without its end, or nothing past the last one.

        Args:
            number: Counted from 1.
        """
        return self.lines[number - 1].rstrip("\r\n") if number <= len(self.lines) else ""

    @cached_property
    def newline(self) -> str:
        """How its first line ends."""
        first = self.lines[0] if self.lines else ""
        return "\r\n" if first.endswith("\r\n") else "\n"
