"""The records of a job, kept within bounds."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from provision.agent.operations.execution import Record
from provision.model.outcome import Json

KEPT = 2000
KEPT_CHARACTERS = 128 * 1024
"""Records kept of each sort, and how long they may be together: a chatty script must neither push
its errors out nor fill the memory."""

TELLING = frozenset({"error", "warning", "caught"})
SHOWN = frozenset({"output", "warning", "error", "information", "progress"})


class _Latest:
    """The last records, within both bounds; the very last one is kept in any case."""

    def __init__(self) -> None:
        self.records: deque[Record] = deque()
        self._characters = 0

    def add(self, record: Record) -> None:
        self.records.append(record)
        self._characters += len(record.text)
        while len(self.records) > 1 and (
            len(self.records) > KEPT or self._characters > KEPT_CHARACTERS
        ):
            self._characters -= len(self.records.popleft().text)


class Records:
    """What a job wrote: the last errors and warnings, and the last of everything else."""

    def __init__(self) -> None:
        self._telling, self._others = _Latest(), _Latest()

    def add(self, record: Record) -> None:
        """Keep one more."""
        (self._telling if record.kind in TELLING else self._others).add(record)

    def all(self) -> tuple[Record, ...]:
        """Those that were kept, in the order in which they were written."""
        kept = [*self._telling.records, *self._others.records]
        return tuple(sorted(kept, key=lambda record: record.number))


def lines_of(record: Record) -> Iterator[str]:
    """The lines of a record that are worth showing."""
    if record.kind in SHOWN:
        yield from (line.rstrip() for line in record.text.splitlines() if line.strip())


def texts(records: tuple[Record, ...], *kinds: str) -> list[Json]:
    """The texts of the records of some kinds."""
    return [record.text for record in records if record.kind in kinds]
