"""What the search in a log compares: a block of it, squeezed, with the way back to its lines.

Only where something may be found are lines looked at one by one.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from provision.diagnosis.squeeze import plain, squeeze

CONTEXT_LINES = 14
"""Lines that an error of PowerShell may have before its `FullyQualifiedErrorId`."""

_ID = re.compile(rb"FullyQualifiedErrorId[ \t]*:[ \t]*", re.IGNORECASE)
_ID_LINES, _ID_BYTES = 3, 240
_EXIT = re.compile(
    r"(?:exit(?:ed)?(?:with)?(?:exit)?(?:code|status|value)?|non-zerocode|returncode|errorlevel|"
    r"beendigungscode|終了コード)[:='\"]{0,2}(-?\d{1,12})(\.\d)?".encode()
)


@dataclass(frozen=True, slots=True)
class ErrorBlock:
    """An error as PowerShell prints it.

    Args:
        line: Index of the line with the id.
        ids: Readings of the id, which may have been broken over lines.
        context: The message above it, squeezed.
    """

    line: int
    ids: tuple[str, ...]
    context: bytes


class Passage:
    """Some whole lines of a log.

    Args:
        raw: UTF-8; no line's loss changes the count of lines.
    """

    def __init__(self, raw: bytes) -> None:
        self._text = plain(raw)
        self.squeezed = squeeze(self._text)

    @cached_property
    def _lines(self) -> list[bytes]:
        return self._text.split(b"\n")

    @cached_property
    def _starts(self) -> list[int]:
        return list(accumulate((len(squeeze(line)) for line in self._lines), initial=0))

    def line_of(self, offset: int) -> int:
        """Give the index of the line in which a squeezed offset lies."""
        return max(0, bisect.bisect_right(self._starts, offset) - 1)

    def shown(self, line: int, longest: int = 160) -> str:
        """Give a line for people to read."""
        text = self._lines[line].decode("utf-8", "replace").strip()
        return text if len(text) <= longest else f"{text[:longest]}…"

    def around(self, start: int, end: int, distance: int = 500) -> bytes:
        """Give what is near a match, squeezed."""
        return self.squeezed[max(0, start - distance) : end + distance]

    def error_blocks(self) -> Iterator[ErrorBlock]:
        """Give the errors that PowerShell printed."""
        if b"fullyqualifiederrorid" not in self.squeezed:
            return
        last = -1
        for index, line in enumerate(self._lines):
            found = _ID.search(line)
            if found is None:
                continue
            parts: list[bytes] = []
            readings = []
            for part in (line[found.end() :], *self._lines[index + 1 : index + _ID_LINES]):
                if parts and not part.strip():
                    break
                parts.append(b" ".join(part.split()))
                # A console breaks an id in mid word, or where it has a blank.
                readings += [b"".join(parts), b" ".join(parts)]
            above = self._lines[max(last + 1, index - CONTEXT_LINES) : index]
            ids = tuple(one[:_ID_BYTES].decode("utf-8", "replace") for one in readings)
            yield ErrorBlock(index, ids, squeeze(b"\n".join(above)))
            last = index

    def exit_codes(self, known: Iterable[int]) -> Iterator[tuple[int, int]]:
        """Give which of some exit codes are told of, each with a squeezed offset."""
        written = {str(code).encode(): code for code in known}
        if not any(digits in self.squeezed for digits in written):
            return
        for found in _EXIT.finditer(self.squeezed):
            if found.group(2):
                continue
            for digits, code in written.items():
                if found.group(1).startswith(digits) and self._ends(found, digits):
                    yield code, found.start()

    def _ends(self, found: re.Match[bytes], digits: bytes) -> bool:
        """Whether a number ends there, or with its line."""
        end = found.start(1) + len(digits)
        return found.group(1) == digits or self.line_of(end) > self.line_of(end - 1)
