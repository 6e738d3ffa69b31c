"""The words of an instruction's arguments, each with its place.

Docker splits the arguments of most instructions at white space, those of ENV, LABEL and ARG with
respect for quotes and the escape character, and takes those of WORKDIR as one; a JSON list is a
list of strings. Flags are not words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from provision.dockerfile.syntax import Instruction

PAIRS = frozenset({"env", "label", "arg"})
_WHOLE = frozenset({"workdir", "user", "maintainer", "stopsignal"})
_FLAG = re.compile(r"\s*--[A-Za-z][\w-]*(?:=\S*)?(?=\s|\Z)")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Word:
    """One argument.

    Args:
        text: As it stands in the file; decoded when it comes from a JSON list.
        offset: Where it begins in the instruction's `arguments`.
        name: What it is the value of, in ENV, LABEL and ARG.
        json: Whether it comes from a JSON list: its offsets are those of its beginning then.
    """

    text: str
    offset: int
    name: str = ""
    json: bool = False


def words(instruction: Instruction, escape: str) -> tuple[Word, ...]:
    """Split the arguments of an instruction."""
    text = instruction.arguments
    start = _after_flags(text) if instruction.flags else 0
    if instruction.json:
        return tuple(_strings(text, start))
    if instruction.name in PAIRS:
        return tuple(_values(text, escape))
    if instruction.name in _WHOLE:
        whole = text.strip()
        return (Word(whole, text.index(whole)),) if whole else ()
    return tuple(Word(m[0], m.start()) for m in _WORD.finditer(text, start))


def vanishing(word: Word, escape: str) -> tuple[int, ...]:
    """Find the escape characters of a word that docker takes away; gives their offsets in it.

    Single quotes keep all of them, double quotes those that escape nothing; an escaped escape
    character leaves one behind. The same as buildkit's `shell.Lex` does.
    """
    gone: list[int] = []
    quote = ""
    text = word.text
    i = 0
    while i < len(text):
        here, following = text[i], text[i + 1 : i + 2]
        if here == quote:
            quote = ""
        elif not quote and here in "'\"":
            quote = here
        elif here == escape and quote != "'":
            if not quote and following not in (escape, "'", '"', "$", " ", ""):
                gone.append(i)
            if not quote or following in ('"', "$", escape):
                i += 1
        i += 1
    return tuple(gone)


def _after_flags(text: str) -> int:
    end = 0
    while found := _FLAG.match(text, end):
        end = found.end()
    return end


def _strings(text: str, start: int) -> Iterator[Word]:
    for found in _STRING.finditer(text, start):
        try:
            decoded = json.loads(found[0])
        except ValueError:
            continue
        yield Word(str(decoded), found.start() + 1, json=True)


def _values(text: str, escape: str) -> Iterator[Word]:
    pieces = list(_pieces(text, escape))
    if pieces and "=" not in pieces[0].text:
        if len(pieces) > 1:
            rest = text[pieces[1].offset :].rstrip()
            yield Word(rest, pieces[1].offset, pieces[0].text)
        return
    for piece in pieces:
        name, equals, value = piece.text.partition("=")
        if equals:
            yield Word(value, piece.offset + len(name) + 1, name)


def _pieces(text: str, escape: str) -> Iterator[Word]:
    """Split at white space outside of quotes that is not escaped."""
    start: int | None = None
    quote = ""
    skip = False
    for i, here in enumerate(text):
        if skip:
            skip = False
        elif here == escape and quote != "'":
            skip = True
            start = i if start is None else start
        elif quote:
            quote = "" if here == quote else quote
        elif here.isspace():
            if start is not None:
                yield Word(text[start:i], start)
            start = None
        else:
            start = i if start is None else start
            quote = here if here in "'\"" else ""
    if start is not None:
        yield Word(text[start:], start)
