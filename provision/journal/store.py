"""The journal's file: SQLite with a write-ahead log.

Every entry is on the disk before `append` returns (`synchronous=FULL`), so that what is believed
has been journaled. Several processes may read and write at once; a writer waits for another one.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from provision.journal.entry import Entry, Kind, Run
from provision.journal.schema import NewerJournal, migrate
from provision.model.errors import ProvisionError

LOCK_SECONDS = 30.0


class JournalError(ProvisionError):
    """The journal cannot be read or written; nothing is done without it."""


class Journal:
    """The runs of all hosts of one project folder.

    Never rewrites an entry.

    Args:
        path: The file; made when it is missing, with its folder.

    Raises:
        JournalError: It cannot be opened, or a later version wrote it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            migrate(self._connection)
        except NewerJournal as error:
            raise JournalError(
                "the journal was written by a later version of provision",
                details=f"{path}: {error}",
                resolution="Use that version, or move the file away to begin anew.",
            ) from None
        except (sqlite3.Error, OSError) as error:
            raise self._broken(error) from None

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def begin(self, run: Run) -> None:
        """Write down that a run begins."""
        self._write(
            "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                run.id,
                run.host,
                run.machine,
                run.playbook,
                run.playbook_sha256,
                run.variables_sha256,
                json.dumps(dict(run.options)),
                run.controller,
                run.started,
            ),
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
        """Add an entry; gives its number once it is on the disk."""
        values = (run, now(), kind.value, task, boot, json.dumps(dict(data or {})))
        return self._write(
            "INSERT INTO entries (run, time, kind, task, boot, data) VALUES (?, ?, ?, ?, ?, ?)",
            values,
        )

    def runs(self, host: str | None = None, *, limit: int = 1000) -> list[Run]:
        """Give runs, the latest first."""
        where, values = ("WHERE host = ?", [host]) if host else ("", [])
        rows = self._read(
            f"SELECT * FROM runs {where} ORDER BY rowid DESC LIMIT ?", (*values, limit)
        )
        return [_run(row) for row in rows]

    def entries(self, run: str, *, after: int = 0, kinds: tuple[Kind, ...] = ()) -> Iterator[Entry]:
        """Give a run's entries in order.

        Args:
            after: Only entries with a higher number.
            kinds: Only these; all when empty.
        """
        marks = ", ".join("?" * len(kinds))
        chosen = f"AND kind IN ({marks})" if kinds else ""
        values = (run, after, *(kind.value for kind in kinds))
        rows = self._read(
            "SELECT number, run, time, kind, task, boot, data FROM entries "
            f"WHERE run = ? AND number > ? {chosen} ORDER BY number",
            values,
        )
        for number, owner, time, kind, task, boot, data in rows:
            yield Entry(number, owner, time, Kind(kind), task, boot, json.loads(data))

    def _write(self, statement: str, values: tuple[Any, ...]) -> int:
        try:
            with closing(self._connection.execute(statement, values)) as cursor:
                return int(cursor.lastrowid or 0)
        except sqlite3.Error as error:
            raise self._broken(error) from None

    def _read(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        try:
            with closing(self._connection.execute(statement, values)) as cursor:
                return cursor.fetchall()
        except sqlite3.Error as error:
            raise self._broken(error) from None

    def _broken(self, error: Exception) -> JournalError:
        return JournalError(
            f"the journal cannot be used: {error}",
            details=str(self.path),
            resolution="Make room on the disk and check who may write there. If the file is "
            "damaged, move it away: the next run looks at the host and begins anew.",
        )


def _run(row: tuple[Any, ...]) -> Run:
    values = dict(zip(Run.__slots__, row, strict=True))
    return Run(**{**values, "options": json.loads(values["options"])})


def now() -> str:
    """The controller's time, ISO 8601 UTC with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
