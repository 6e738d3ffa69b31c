"""The records of a job, kept within bounds."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from provision.agent.operations.execution import Record
from provision.model.outcome import Json

KEPT = 2000
"""Records kept of each sort: a chatty script must not push its errors out."""

TELLING = frozenset({"error", "warning", "caught"})
SHOWN = frozenset({"output", "warning", "error", "information", "progress"})


class Records:
    """What a job wrote: the last errors and warnings, and the last of everything else."""

    def __init__(self) -> None:
        self._telling: deque[Record] = deque(maxlen=KEPT)
        self._others: deque[Record] = deque(maxlen=KEPT)

    def add(self, record: Record) -> None:
        """Keep one more."""
        (self._telling if record.kind in TELLING else self._others).append(record)

    def all(self) -> tuple[Record, ...]:
        """Those that were kept, in the order in which they were written."""
        return tuple(sorted([*self._telling, *self._others], key=lambda record: record.number))


def lines_of(record: Record) -> Iterator[str]:
    """The lines of a record that are worth showing."""
    if record.kind in SHOWN:
        yield from (line.rstrip() for line in record.text.splitlines() if line.strip())


def texts(records: tuple[Record, ...], *kinds: str) -> list[Json]:
    """The texts of the records of some kinds."""
    return [record.text for record in records if record.kind in kinds]
