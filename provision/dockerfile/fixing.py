"""Mends what can be mended without a person, and touches nothing else.

A mend may show the next trap (a path loses its drive, then a line its backslash), so the file is
checked again after each round until a round changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from provision.dockerfile.linting import hits
from provision.dockerfile.rule import Edit
from provision.dockerfile.source import Source
from provision.dockerfile.syntax import Document, read
from provision.dockerfile.target import Target

_ROUNDS = 10


def fix(
    text: str, target: Target, name: str = "Dockerfile", ignore: Collection[str] = ()
) -> tuple[str, int]:
    """Mend a Dockerfile.

    Line ends, the byte order mark and every character that no mend names stay as they are.

    Args:
        text: The whole file.
        target: The generation of the host that builds and runs the image.
        name: The file's name, for messages.
        ignore: Ids of rules to leave out.

    Returns:
        The text, and how many mends were made. Mending it again changes nothing.

    Raises:
        InputError: The text is no Dockerfile.
    """
    mended = 0
    for _ in range(_ROUNDS):
        document = read(text, name)
        chosen = mends(document, target, ignore)
        new = apply(document.source, [edit for edits in chosen for edit in edits])
        if new == text or not _readable(new, name, document):
            break
        text = new
        mended += len(chosen)
    return text, mended


def mends(
    document: Document, target: Target, ignore: Collection[str] = ()
) -> list[tuple[Edit, ...]]:
    """Choose the mends of one round; no two of them touch the same characters."""
    return _compatible([hit.edits for _, hit in hits(document, target, ignore)])


def _readable(text: str, name: str, before: Document) -> bool:
    """Whether the parser reads at least as much as before."""
    return len(read(text, name).broken) <= len(before.broken)


def _compatible(all_edits: list[tuple[Edit, ...]]) -> list[tuple[Edit, ...]]:
    """Leave out mends that touch the characters of an earlier one."""
    taken: set[tuple[int, int]] = set()
    chosen = []
    for edits in all_edits:
        cells = {
            (edit.place.line, edit.place.column + i)
            for edit in edits
            for i in range(max(edit.length, 1))
        }
        if edits and not cells & taken:
            taken |= cells
            chosen.append(edits)
    return chosen


def apply(source: Source, edits: Iterable[Edit]) -> str:
    """Make the edits; all places are those of the source."""
    lines = list(source.lines)
    for edit in sorted(edits, key=lambda one: one.place, reverse=True):
        line = lines[edit.place.line - 1]
        start = edit.place.column - 1
        lines[edit.place.line - 1] = line[:start] + edit.text + line[start + edit.length :]
    return source.bom + "".join(lines)
