"""A user's file as text: read within limits, decoded, and cut into the lines that are shown."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from provision.model.errors import InputError, Problem
from provision.model.position import Position
from provision.playbook.places import mask

MAX_BYTES = 1_000_000

_LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_BINARY = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one file.

    Args:
        file: The path as the user gave it.
        text: Without a byte order mark.
        lines: As YAML counts them, with likely secrets masked.
        sha256: Of the file's bytes, in lower-case hex.
    """

    file: str
    text: str
    lines: tuple[str, ...]
    sha256: str

    def position(self, line: int, column: int) -> Position:
        """Make a position from a line and a column that are counted from 0."""
        text = self.lines[line] if line < len(self.lines) else ""
        return Position(self.file, line + 1, column + 1, text)


def read_source(path: Path | BinaryIO, shown: str) -> Source:
    """Read a text file that a user wrote.

    Args:
        path: The file, or what gives its bytes, such as standard input.
        shown: Its path as messages show it.

    Raises:
        InputError: It cannot be read, is too large, or is not UTF-8 text.
    """
    try:
        if isinstance(path, Path):
            with path.open("rb") as stream:
                content = stream.read(MAX_BYTES + 1)
        else:
            content = path.read(MAX_BYTES + 1)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise _refused(shown, f"the file cannot be read: {why}", "check the path") from None
    except ValueError:
        raise _refused(
            shown, "the file cannot be read: not a usable path", "check the path"
        ) from None
    if len(content) > MAX_BYTES:
        raise _refused(
            shown, f"the file is larger than {MAX_BYTES:,} bytes", "is it the right file?"
        )
    text = _decode(content, shown)
    lines = tuple(mask(line) for line in _LINE_END.split(text))
    source = Source(shown, text, lines, hashlib.sha256(content).hexdigest())
    if found := _BINARY.search(text):
        before = _LINE_END.split(text[: found.start()])
        at = Position(shown, len(before), len(before[-1]) + 1)
        problem = f"the file holds the control character U+{ord(found.group()):04X}"
        raise InputError([Problem(problem, at, "is this a text file?")])
    if not text.strip():
        raise _refused(
            shown, "the file is empty", "a playbook begins with 'tasks:', a host file with 'name:'"
        )
    return source


def _decode(content: bytes, shown: str) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        hint = "save it as UTF-8; PowerShell: Set-Content -Encoding UTF8"
        raise _refused(shown, "the file is UTF-16 text, not UTF-8", hint)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        start = error.start
    before = content[:start].decode("utf-8", "replace")
    lines = _LINE_END.split(before)
    at = Position(shown, len(lines), len(lines[-1]) + 1)
    message = f"the file is not UTF-8 text: byte 0x{content[start]:02X}"
    raise InputError([Problem(message, at, "save it as UTF-8; is it a text file?")])


def _refused(shown: str, message: str, hint: str) -> InputError:
    return InputError([Problem(message, Position(shown, 1, 1), hint)])
