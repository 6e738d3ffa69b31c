"""The journal: the runs of all hosts of one project folder, and their entries.

SQLite with a write-ahead log. Every entry is on the disk before `append` returns
(`synchronous=FULL`), so that what is believed has been journaled. What `append_soon` was given is
on the disk a fifth of a second later, and never after anything that came later.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from provision.journal.database import Database, JournalError, Row
from provision.journal.entry import Entry, Kind, Run
from provision.journal.flusher import Flusher

__all__ = ["Journal", "JournalError", "now"]

SOON = 0.2
"""Real seconds that an entry of `append_soon` may wait."""

_INSERT = "INSERT INTO entries (run, time, kind, task, boot, data) VALUES (?, ?, ?, ?, ?, ?)"
_COLUMNS = "number, run, time, kind, task, boot, data"


def now() -> str:
    """The controller's time, ISO 8601 UTC with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Journal:
    """The runs of all hosts of one project folder; safe to use from several threads.

    Never rewrites an entry.

    Args:
        path: The file; made when it is missing, with its folder.
        read_only: Change nothing; the file must be there.
        clock: Gives the time of entries, ISO 8601 UTC.

    Raises:
        JournalError: It cannot be opened, or a later version wrote it.
    """

    def __init__(
        self, path: Path, *, read_only: bool = False, clock: Callable[[], str] = now
    ) -> None:
        self.path = path
        self._clock = clock
        self.database = Database(path, read_only=read_only)
        self._waiting: list[tuple[Any, ...]] = []
        self._flusher = Flusher(self._flush_quietly, SOON)

    @classmethod
    def look(cls, path: Path) -> Journal | None:
        """Open a journal to read it only; None when there is none, or not yet. Never makes one.

        Raises:
            JournalError: It cannot be opened, or a later version wrote it.
        """
        if not path.exists():
            return None
        journal = cls(path, read_only=True)
        if journal.database.has_table("runs"):
            return journal
        journal.close()  # Another process is about to make it.
        return None

    def close(self) -> None:
        """Write what still waits, and close the file.

        Raises:
            JournalError: What waits cannot be written.
        """
        self._flusher.close()
        try:
            self.flush()
        finally:
            self.database.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def begin(self, run: Run) -> None:
        """Write down that a run begins."""
        values = [getattr(run, name) for name in Run.__slots__ if name != "options"]
        columns = [name for name in Run.__slots__ if name != "options"]
        marks = ", ".join("?" * (len(columns) + 1))
        with self.database.transaction() as connection:
            connection.execute(
                f"INSERT INTO runs ({', '.join(columns)}, options) VALUES ({marks})",
                (*values, json.dumps(dict(run.options))),
            )

    def append(
        self,
        run: str,
        kind: Kind,
        *,
        task: int | None = None,
        boot: str | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> int:
        """Add an entry; gives its number once it is on the disk.

        Raises:
            JournalError: It cannot be written.
        """
        return self._write(self._values(run, kind, task, boot, data))

    def append_soon(
        self,
        run: str,
        kind: Kind,
        *,
        task: int | None = None,
        boot: str | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Add an entry that may be lost when the process dies within a fifth of a second.

        Many of them cost one wait for the disk.
        """
        with self.database.lock:
            self._waiting.append(self._values(run, kind, task, boot, data))
        self._flusher.poke()

    def flush(self) -> None:
        """Write what waits; returns once it is on the disk.

        Raises:
            JournalError: It cannot be written; it goes on waiting.
        """
        self._write()

    def runs(
        self, host: str | None = None, *, limit: int = 1000, at_work: bool = False
    ) -> list[Run]:
        """Give runs, the latest first.

        Args:
            at_work: Only those that got to work.
        """
        wanted = [("host = ?", host)] if host else []
        if at_work:
            wanted.append(("machine != ?", ""))
        where = f"WHERE {' AND '.join(condition for condition, _ in wanted)}" if wanted else ""
        values = [value for _, value in wanted]
        rows = self.database.read(
            f"SELECT * FROM runs {where} ORDER BY rowid DESC LIMIT ?", (*values, limit)
        )
        return [_run(row) for row in rows]

    def last_time(self, run: str) -> str:
        """Give the time of a run's last entry; empty when it has none."""
        rows = self.database.read(
            "SELECT time FROM entries WHERE run = ? ORDER BY number DESC LIMIT 1", (run,)
        )
        return next((str(row["time"]) for row in rows), "")

    def has_run(self, run: str) -> bool:
        """Tell whether a run was begun."""
        return bool(self.database.read("SELECT 1 FROM runs WHERE id = ?", (run,)))

    def entries(self, run: str, *, after: int = 0, kinds: tuple[Kind, ...] = ()) -> Iterator[Entry]:
        """Give a run's entries in order.

        Args:
            after: Only entries with a higher number.
            kinds: Only these; all when empty.
        """
        marks = ", ".join("?" * len(kinds))
        chosen = f"AND kind IN ({marks})" if kinds else ""
        values = (run, after, *(kind.value for kind in kinds))
        rows = self.database.read(
            f"SELECT {_COLUMNS} FROM entries WHERE run = ? AND number > ? {chosen} ORDER BY number",
            values,
        )
        for row in rows:
            yield Entry(**{**row, "kind": Kind(row["kind"]), "data": json.loads(row["data"])})

    def _values(
        self, run: str, kind: Kind, task: int | None, boot: str | None, data: Any
    ) -> tuple[Any, ...]:
        return (run, self._clock(), kind.value, task, boot, _text(data or {}))

    def _write(self, *values: tuple[Any, ...]) -> int:
        """Write what waits and then these, in one transaction; gives the last one's number."""
        number = 0
        with self.database.lock:
            rows = [*self._waiting, *values]
            if not rows:
                return number
            with self.database.transaction() as connection:
                for row in rows:
                    number = int(connection.execute(_INSERT, row).lastrowid or 0)
            self._waiting.clear()
        return number

    def _flush_quietly(self) -> None:
        """Write what waits; if that fails, whoever writes next is told."""
        try:
            self.flush()
        except JournalError:
            return


def _text(data: Mapping[str, Any]) -> str:
    """Write data as JSON: short, with other scripts' characters as they are, if that can be."""
    text = json.dumps(dict(data), ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # Half a surrogate pair, of a program that writes nonsense.
        return json.dumps(dict(data))
    return text


def _run(row: Row) -> Run:
    return Run(**{**row, "options": json.loads(row["options"])})
