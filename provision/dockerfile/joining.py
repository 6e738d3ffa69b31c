"""Joins the lines of one instruction as docker's parser does, and knows each character's place.

The parser gives an instruction's text with its lines joined and its comments gone, but no columns.
This makes the same text once more from the lines themselves. The rules of joining are those of
buildkit's parser: a line goes on when its last visible character is the escape character and the
one before is not; comments and empty lines between are passed over; only the first line loses the
white space in front.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from provision.dockerfile.source import Source

SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
_CONTINUED = {
    "\\": re.compile(r"(?:(?<=[^\\])|^)\\[ \t]*\Z"),
    "`": re.compile(r"(?:(?<=[^`])|^)`[ \t]*\Z"),
}


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line and a column, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Joined:
    """One instruction's text.

    Args:
        text: Its lines, joined.
        places: Where each character of it stands in the file.
        start_line: The first line, which may hold nothing but an escape character.
        end_line: The last line that was joined.
    """

    text: str
    places: tuple[Place, ...]
    start_line: int
    end_line: int

    def place(self, offset: int) -> Place:
        """Give the place of a character; past the end, the place after the last one."""
        if offset < len(self.places):
            return self.places[offset]
        last = self.places[-1]
        return Place(last.line, last.column + 1)


def continues(line: str, escape: str) -> int | None:
    """Find the character that lets a line go on; gives its index.

    Args:
        line: Without its end.
        escape: The file's escape character.
    """
    found = _CONTINUED[escape].search(line)
    return found.start() if found else None


def join(source: Source, start: int, escape: str) -> Joined:
    """Join the instruction that begins in a line."""
    text: list[str] = []
    places: list[Place] = []
    number = start
    for number, column, piece in _pieces(source, start, escape):
        text.append(piece)
        places += [Place(number, column + i) for i in range(len(piece))]
    return Joined("".join(text), tuple(places) or (Place(start, 1),), start, number)


def is_comment(line: str) -> bool:
    """Whether docker passes over a line as a comment."""
    return line.lstrip(SPACE).startswith("#")


def _pieces(source: Source, start: int, escape: str) -> Iterator[tuple[int, int, str]]:
    for number in range(start, len(source.lines) + 1):
        line = source.line(number)
        first = number == start
        column = len(line) - len(line.lstrip(SPACE)) if first else 0
        if not first and (is_comment(line) or not line.strip(SPACE)):
            yield number, 1, ""
            continue
        end = continues(line[column:], escape)
        yield number, column + 1, line[column:] if end is None else line[column : column + end]
        if end is None:
            return
