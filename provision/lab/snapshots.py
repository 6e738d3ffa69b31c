"""Green snapshots: how they are named, and which of them may go. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_NAME = re.compile(r"green-(\d{4}-\d\d-\d\d)-([0-9a-f]{8})(?:-(\d+))?")


@dataclass(frozen=True, slots=True, order=True)
class GreenName:
    """The name of a snapshot that was verified when it was taken.

    Args:
        date: Of the night, `YYYY-MM-DD`.
        number: Counts further ones of the same date and playbooks, from 2; 1 is not written.
        playbooks: The first eight digits of the playbooks' hash.
    """

    date: str
    number: int
    playbooks: str

    def __str__(self) -> str:
        counted = f"-{self.number}" if self.number > 1 else ""
        return f"green-{self.date}-{self.playbooks}{counted}"

    @classmethod
    def parse(cls, name: str) -> GreenName | None:
        """Read a snapshot's name; None when it is not one of ours."""
        found = _NAME.fullmatch(name)
        if found is None:
            return None
        return cls(found.group(1), int(found.group(3) or 1), found.group(2))


def next_name(date: str, playbooks_sha256: str, there: Iterable[str]) -> GreenName:
    """Give a name that no snapshot has yet."""
    name = GreenName(date, 1, playbooks_sha256[:8])
    taken = set(there)
    while str(name) in taken:
        name = GreenName(name.date, name.number + 1, name.playbooks)
    return name


def to_prune(there: Iterable[str], keep: int, needed: Iterable[str]) -> list[str]:
    """Say which snapshots may be deleted, the oldest first.

    Never one that is not ours, never one that is needed, and never one of the newest.

    Args:
        there: Names of all snapshots of the VM.
        keep: How many green ones stay.
        needed: Names that must stay whatever their age: the one that was just taken, and the one
            that rebuilds begin from.
    """
    green = sorted(name for name in map(GreenName.parse, there) if name is not None)
    stay = set(needed)
    return [
        str(name) for name in green[: max(0, len(green) - max(1, keep))] if str(name) not in stay
    ]
