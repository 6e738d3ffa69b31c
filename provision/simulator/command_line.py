"""Command lines as Windows programs read them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_PIECE = re.compile(r'(\\*)"|(\\+)|([ \t]+)|([^\\" \t]+)')
_CMD = frozenset({"cmd", "%comspec%"})
_DOUBLED = 2


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A program and its arguments.

    Args:
        program: As it was written.
        arguments: Split, quotes removed.
    """

    program: str
    arguments: tuple[str, ...]

    @property
    def name(self) -> str:
        """The program without folder and `.exe`, in lower case: how a host's PATH finds it."""
        return re.split(r"[\\/]", self.program)[-1].lower().removesuffix(".exe")


def split_words(text: str) -> list[str]:
    """Split a command line as CommandLineToArgvW does.

    Backslashes are plain, except before a quote: there two stand for one, and an odd one makes the
    quote plain.
    """
    words: list[str] = []
    word: list[str] | None = None
    quoted = False
    for backslashes, plain, space, other in (m.groups() for m in _PIECE.finditer(text)):
        if space is not None and not quoted:
            if word is not None:
                words.append("".join(word))
            word = None
            continue
        word = word if word is not None else []
        if backslashes is None:
            word.append(plain or space or other)
            continue
        word.append("\\" * (len(backslashes) // _DOUBLED))
        if len(backslashes) % _DOUBLED:
            word.append('"')
        else:
            quoted = not quoted
    if word is not None:
        words.append("".join(word))
    return words


def parse_command(command: str, arguments: Sequence[str]) -> CommandLine:
    """Read what a client's Command message says; `cmd /c …` is looked through.

    Args:
        command: May be a whole command line.
        arguments: More of the same line.
    """
    words = split_words(" ".join((command, *arguments)))
    line = CommandLine(words[0] if words else "", tuple(words[1:]))
    if line.name in _CMD and len(words) > 1 and words[1].lower() in ("/c", "/k"):
        rest = words[2:]
        return parse_command(rest[0], rest[1:]) if rest else line
    return line
