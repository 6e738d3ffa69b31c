"""Gives a Dockerfile an escape directive without changing what it means."""

from __future__ import annotations

from collections.abc import Iterator

from provision.dockerfile.joining import Place, continues, is_comment
from provision.dockerfile.rule import Edit
from provision.dockerfile.syntax import Document, Instruction

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
    return tuple(edits)


def _safe(document: Document, one: Instruction) -> bool:
    lines = [document.source.line(n) for n in range(one.line, one.end_line + 1)]
    if one.heredocs or not one.known or any(_ends_with_backtick(line) for line in lines):
        return False
    if any(flag.count("\\") or flag.count("`") for flag in one.flags):
        return False
    return one.name in _UNTOUCHED or not set(one.arguments) & {"\\", "`"}


def _ends_with_backtick(line: str) -> bool:
    return line.rstrip().removesuffix("\\").endswith("`")


def _ends(document: Document, one: Instruction) -> Iterator[Edit]:
    for number in range(one.line, one.joined.end_line + 1):
        line = document.source.line(number)
        index = None if is_comment(line) else continues(line, "\\")
        if index is not None:
            yield Edit(Place(number, index + 1), 1, "`")
