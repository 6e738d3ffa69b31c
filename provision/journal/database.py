"""The journal's file as a database: how it is opened, locked, and how its errors are told.

One connection serves all threads of a process, so a lock is held over each transaction. Other
processes may read and write at once; a writer waits for another one.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

from provision.journal.schema import NewerJournal, check_version, migrate
from provision.model.errors import ProvisionError

LOCK_SECONDS = 30.0
"""How long a writer waits for another process."""

Row = dict[str, Any]


class JournalError(ProvisionError):
    """The journal cannot be read or written; nothing is done without it."""


class Database:
    """One connection to the journal's file.

    Args:
        path: The file; made when it is missing, with its folder, unless `read_only`.
        read_only: Change nothing, also not an older version's tables.

    Raises:
        JournalError: It cannot be opened, or a later version wrote it.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.lock = threading.RLock()
        try:
            self._connection = _open_to_read(path) if read_only else _open_to_write(path)
        except (sqlite3.Error, OSError) as error:
            raise self.broken(error) from None
        try:
            self._connection.execute("PRAGMA foreign_keys = ON")
            check_version(self._connection)
            if not read_only:
                migrate(self._connection)
        except NewerJournal as error:
            self._connection.close()
            raise JournalError(
                "the journal was written by a later version of provision",
                details=f"{path}: {error}",
                resolution="Use that version, or move the file away to begin anew.",
            ) from None
        except (sqlite3.Error, OSError) as error:
            self._connection.close()
            raise self.broken(error) from None

    def close(self) -> None:
        """Close the file."""
        with self.lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Give the connection inside a transaction that no other writer can come between.

        All of it is on the disk at the end, or none when anything is raised.

        Raises:
            JournalError: It cannot be written.
        """
        with self.lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                    self._connection.execute("COMMIT")
                except BaseException:
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                raise self.broken(error) from None

    def read(self, statement: str, values: tuple[Any, ...] = ()) -> list[Row]:
        """Give all rows of a query, by their columns' names.

        Raises:
            JournalError: It cannot be read.
        """
        with self.lock:
            try:
                with closing(self._connection.execute(statement, values)) as cursor:
                    names = [column[0] for column in cursor.description]
                    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            except sqlite3.Error as error:
                raise self.broken(error) from None

    def has_table(self, name: str) -> bool:
        """Tell whether a table is there: an older version's journal may lack it."""
        query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        return bool(self.read(query, (name,)))

    def broken(self, error: Exception) -> JournalError:
        """Tell what is wrong with the file."""
        return JournalError(
            f"the journal cannot be used: {error}",
            details=str(self.path),
            resolution="Make room on the disk and check who may write there. If the file is "
            "damaged, move it away: the next run looks at the host and begins anew.",
        )


def _open_to_write(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    connection = _connect(str(path))
    _patient(connection.execute, "PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


_patient = Retrying(
    retry=retry_if_exception(lambda error: "locked" in str(error)),
    stop=stop_after_delay(LOCK_SECONDS),
    wait=wait_fixed(0.05),
    reraise=True,
)
"""SQLite does not wait by itself when two processes turn on the write-ahead log at once."""


def _open_to_read(path: Path) -> sqlite3.Connection:
    """Open without changing anything, also in a folder where nothing may be written."""
    where = path.resolve().as_uri()
    connection = _connect(f"{where}?mode=ro")
    try:
        connection.execute("SELECT 1 FROM sqlite_master")
    except sqlite3.OperationalError:
        connection.close()
        if path.with_name(f"{path.name}-wal").exists():
            raise
        connection = _connect(f"{where}?immutable=1")
    return connection


def _connect(where: str) -> sqlite3.Connection:
    return sqlite3.connect(
        where,
        timeout=LOCK_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        uri=where.startswith("file:"),
    )
