"""Text without white space and without upper case, so that no line break can hide a phrase.

A console of 80 columns breaks a message in the middle of a word, another between words, and a log
puts a time before each line. What is compared here has none of that. All is done on UTF-8 bytes,
which is many times faster than on characters.
"""

from __future__ import annotations

import re
from functools import lru_cache

_LOWER = bytes(range(256)).lower()
_WHITE = b" \t\r\n\v\f\0"
_OTHER_WHITE = (b"\xc2\xa0", b"\xe3\x80\x80", b"\xe2\x80\xaf", b"\xef\xbb\xbf")
_QUOTES = ((b"\xe2\x80\x99", b"'"), (b"\xe2\x80\x98", b"'"))
_ANSI = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]{0,500}(?:\x07|\x1b\\)|[@-Z\\-_])")

_CLOCK = rb"\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?"
_PREFIX = re.compile(
    rb"^(?:[ \t]*(?:"
    rb"\[?\d{4}[-/]\d\d[-/]\d\d(?:[T ]" + _CLOCK + rb"(?:Z|[+-]\d\d:?\d\d)?)?\]?(?:,(?=\s))?"
    rb"|\[?" + _CLOCK + rb"(?:Z|[+-]\d\d:?\d\d)?\]?"
    rb"|\[[ ]*(?:trace|debug|info|warn|warning|error|fatal|verbose)[ ]*\]"
    rb"|(?:trace|debug|info|warn|error|fatal|stderr|stdout)(?=[ :|\]])"
    rb"|\d{1,6}(?=[ ]\[)"
    rb"|time=\"[^\"\n]{4,40}\"|level=[a-z]+|msg=\"?"
    rb"|#\d{1,4}[ ]\d{1,6}\.\d{1,3}(?=[ ])"
    rb"|==>[ ][\w.-]{1,40}:|[\w.-]{1,40}[ ]*\|(?=[ ])"
    rb"|\[[\w.-]{1,30}[ ]*\]"
    rb"):?[ \t]?[|-]?[ \t]?){1,6}",
    re.IGNORECASE | re.MULTILINE,
)


def plain(raw: bytes) -> bytes:
    """Take away terminal control sequences, odd blanks, and what loggers put before lines.

    The count of lines stays.
    """
    if b"\x1b" in raw:
        raw = _ANSI.sub(b"", raw)
    for white in _OTHER_WHITE:
        if white in raw:
            raw = raw.replace(white, b" ")
    return _PREFIX.sub(b"", raw)


def squeeze(raw: bytes) -> bytes:
    """Take away white space and upper case."""
    for curly, straight in _QUOTES:
        if curly in raw:
            raw = raw.replace(curly, straight)
    return raw.translate(_LOWER, _WHITE)


@lru_cache(maxsize=1024)
def expression(written: str) -> re.Pattern[bytes]:
    """Compile a pattern's text for squeezed bytes."""
    return re.compile(_squeezed(written).encode(), re.DOTALL)


@lru_cache(maxsize=1024)
def anchor(written: str) -> bytes:
    """Give the longest run of characters that every match must contain; empty when there is none.

    A search for these costs next to nothing; only where they are is the expression tried.
    """
    runs, run, depth, place = [], "", 0, 0
    text = _squeezed(written)
    while place < len(text):
        character, width = text[place], 1
        literal = character not in r".[](){}*+?^$|"
        if character == "\\":
            width = 2
            character = text[place + 1]
            literal = not character.isalnum()
        if character == "[" and width == 1:
            width = text.index("]", place + 2) + 1 - place
        depth += {"(": 1, ")": -1}.get(character, 0) if width == 1 else 0
        after = text[place + width : place + width + 1]
        if character == "|" and width == 1 and depth == 0:
            return b""
        if literal and depth == 0 and after not in ("?", "*", "{"):
            run += character
        else:
            runs.append(run)
            run = ""
            if after == "{" and depth == 0:
                width = text.index("}", place) + 1 - place
        place += width
    return max([*runs, run], key=len).encode()


def _squeezed(written: str) -> str:
    made, place = [], 0
    while place < len(written):
        if written[place] == "\\":
            made.append(written[place : place + 2])
            place += 2
            continue
        if written[place] != " ":
            character = written[place]
            made.append(character.lower() if character.isascii() else character)
        place += 1
    return "".join(made)
