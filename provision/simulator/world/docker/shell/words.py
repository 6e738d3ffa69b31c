"""Taking a line of cmd.exe apart: variables, commands, redirections, words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from provision.simulator.world.docker.shell.session import Session

_VARIABLE = re.compile(r"%([^%\s=]+)%")
_TARGET = re.compile(r"\s*(&[12]|\"[^\"]+\"|[^\s&|<>]+)")
_STREAM = re.compile(r"(?:^|\s)([12])$")


@dataclass(frozen=True, slots=True)
class Simple:
    """One command of a line.

    Args:
        joined: How it is joined to the one before: nothing, `&`, `&&`, `||` or `|`.
        output: Where its standard output goes; empty is nowhere else.
        append: At the end of that file.
    """

    text: str
    joined: str = ""
    output: str = ""
    append: bool = False


def expand(session: Session, line: str) -> str:
    """Put variables' values into a line; what is no variable stays as it is."""

    def value(match: re.Match[str]) -> str:
        found = session.variable(match[1])
        return match[0] if found is None else found

    return _VARIABLE.sub(value, line)


class _Reader:
    """Reads a line sign by sign into commands."""

    def __init__(self, line: str) -> None:
        self.line = line
        self.place = 0
        self.found: list[Simple] = []
        self.piece, self.joined, self.output = "", "", ""
        self.append = self.quoted = False
        self.depth = 0

    def read(self) -> list[Simple]:
        while self.place < len(self.line):
            self._step()
        self._close("")
        return self.found

    def _step(self) -> None:
        sign = self.line[self.place]
        self.place += 1
        if sign == '"':
            self.quoted = not self.quoted
        elif not self.quoted and sign == "^" and self.place < len(self.line):
            sign = self.line[self.place]
            self.place += 1
        elif not self.quoted and (self.depth or (sign == "(" and not self.piece.strip())):
            self.depth += (sign == "(") - (sign == ")")
        elif not self.quoted and sign == ">":
            self._redirect()
            return
        elif not self.quoted and sign in "&|":
            twice = self.line[self.place : self.place + 1] == sign
            self.place += twice
            self._close(sign * 2 if twice else sign)
            return
        self.piece += sign

    def _redirect(self) -> None:
        append = self.line[self.place : self.place + 1] == ">"
        found = _TARGET.match(self.line, self.place + append)
        stream = _STREAM.search(self.piece)
        if stream:
            self.piece = self.piece[: stream.start(1)]
        target = found[1] if found else ""
        self.place = found.end() if found else len(self.line)
        if not target.startswith("&") and (stream is None or stream[1] == "1"):
            self.output, self.append = target.strip('"'), append

    def _close(self, joined: str) -> None:
        text = self.piece.strip().removeprefix("@")
        if text:
            self.found.append(Simple(text, self.joined, self.output, self.append))
        self.joined, self.piece, self.output, self.append = joined, "", "", False


def split(line: str) -> list[Simple]:
    """Take a line apart into its commands; what stands in parentheses is one."""
    return _Reader(line).read()


def words(text: str) -> list[str]:
    """Take a command apart into words; quotation marks hold words together and go."""
    found: list[str] = []
    word, quoted, any_ = "", False, False
    for place, sign in enumerate(text):
        if sign == '"' and not (place and text[place - 1] == "\\" and quoted):
            quoted, any_ = not quoted, True
        elif sign.isspace() and not quoted:
            if word or any_:
                found.append(word)
            word, any_ = "", False
        else:
            word += sign
    if word or any_:
        found.append(word)
    return found
