"""Splitting a command line into arguments, as Windows programs do themselves."""

from __future__ import annotations

import ntpath
from collections.abc import Sequence


def split_command_line(line: str) -> tuple[str, ...]:
    """Split by the rules of `CommandLineToArgvW` for arguments: white space parts, `"` groups.

    2n backslashes before a quote are n backslashes, and the quote groups; 2n + 1 are n backslashes
    and a quote as text. Other backslashes are text. No shell: `|`, `>` and `%NAME%` mean nothing.

    Raises:
        ValueError: A quote is not closed.
    """
    arguments: list[str] = []
    current: list[str] = []
    started = quoted = False
    place = 0
    while place < len(line):
        slashes = len(line[place:]) - len(line[place:].lstrip("\\"))
        place += slashes
        character = line[place : place + 1]
        if character == '"':
            current.append("\\" * (slashes // 2))
            started = True
            if slashes % 2:
                current.append('"')
            else:
                quoted = not quoted
        elif character and character in " \t\r\n" and not quoted:
            current.append("\\" * slashes)
            if started or slashes:
                arguments.append("".join(current))
            current, started = [], False
        else:
            current.append("\\" * slashes + character)
            started = True
        place += 1
    if quoted:
        raise ValueError("a quote is not closed")
    if started:
        arguments.append("".join(current))
    return tuple(arguments)


def runs_in_container(words: Sequence[str]) -> bool:
    """Whether a command runs a program in a container: `docker exec …` or `docker run …`."""
    program = ntpath.basename(words[0]).lower().removesuffix(".exe") if words else ""
    return program == "docker" and bool({"exec", "run"} & set(words[1:2]))
