"""Gives a Dockerfile an escape directive without changing what it means."""

from __future__ import annotations

from collections.abc import Iterator

from provision.dockerfile.joining import Place, continues, is_comment
from provision.dockerfile.rule import Edit
from provision.dockerfile.syntax import Document, Instruction
from provision.dockerfile.words import words

_UNTOUCHED = frozenset({"run", "cmd", "entrypoint", "shell", "maintainer"})


def with_directive(document: Document) -> tuple[Edit, ...]:
    """Make backtick the escape character.

    Returns:
        The edits; nothing where they would change the meaning: a line ends with a backtick, or an
        instruction whose words docker unescapes holds one of the two characters.
    """
    if document.broken or not all(_safe(document, one) for one in document.instructions):
        return ()
    edits = [Edit(Place(1, 1), 0, f"# escape=`{document.source.newline}")]
    for one in document.instructions:
        edits += _ends(document, one)
        edits += () if one.name in _UNTOUCHED else _doubled(one) or ()
    return tuple(edits)


def _safe(document: Document, one: Instruction) -> bool:
    lines = [document.source.line(n) for n in range(one.joined.start_line, one.end_line + 1)]
    if one.heredocs or not one.known or any(_ends_with_backtick(line) for line in lines):
        return False
    if any(flag.count("\\") or flag.count("`") for flag in one.flags):
        return False
    return one.name in _UNTOUCHED or _doubled(one) is not None


def _doubled(one: Instruction) -> tuple[Edit, ...] | None:
    """Find the doubled backslashes that become single ones; nothing where other escapes stand."""
    parts = words(one, "\\")
    plain = not any(part.json for part in parts)
    text = one.arguments
    if "`" in text or (not plain and any("\\" in part.text for part in parts)):
        return None
    if plain and text.count("\\") != sum(part.text.count("\\") for part in parts):
        return None
    edits: list[Edit] = []
    for part in parts if plain else ():
        quote, i = "", 0
        while i < len(part.text):
            here, following = part.text[i], part.text[i + 1 : i + 2]
            if here in "'\"" and quote in ("", here):
                quote = "" if quote else here
            elif here == "\\" and quote != "'":
                if following == "\\":
                    edits.append(Edit(one.place(part.offset + i), 1, ""))
                    i += 1
                elif not quote or following in ('"', "$", ""):
                    return None
            i += 1
    return tuple(edits)


def _ends_with_backtick(line: str) -> bool:
    return line.rstrip().removesuffix("\\").endswith("`")


def _ends(document: Document, one: Instruction) -> Iterator[Edit]:
    for number in range(one.joined.start_line, one.joined.end_line + 1):
        line = document.source.line(number)
        index = None if is_comment(line) else continues(line, "\\")
        if index is not None:
            yield Edit(Place(number, index + 1), 1, "`")
