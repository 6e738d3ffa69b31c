"""The journal's tables, as the steps by which they came about.

A step is never changed once it was released: a journal of any age is brought up to date by the
steps that it lacks, each in one transaction. `PRAGMA user_version` counts them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE runs (
        id TEXT PRIMARY KEY,
        host TEXT NOT NULL,
        machine TEXT NOT NULL,
        playbook TEXT NOT NULL,
        playbook_sha256 TEXT NOT NULL,
        variables_sha256 TEXT NOT NULL,
        options TEXT NOT NULL,
        controller TEXT NOT NULL,
        started TEXT NOT NULL
    ) STRICT;
    CREATE TABLE entries (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        run TEXT NOT NULL REFERENCES runs (id),
        time TEXT NOT NULL,
        kind TEXT NOT NULL,
        task INTEGER,
        boot TEXT,
        data TEXT NOT NULL
    ) STRICT;
    CREATE INDEX entries_by_run ON entries (run, number);
    CREATE TRIGGER entries_are_never_rewritten BEFORE UPDATE ON entries
        BEGIN SELECT RAISE(ABORT, 'an entry is never rewritten'); END;
    CREATE TRIGGER runs_are_never_rewritten BEFORE UPDATE ON runs
        BEGIN SELECT RAISE(ABORT, 'a run is never rewritten'); END;
    """,
    """
    CREATE TABLE leases (
        host TEXT PRIMARY KEY,
        owner TEXT NOT NULL,
        description TEXT NOT NULL,
        since TEXT NOT NULL,
        expires REAL NOT NULL
    ) STRICT;
    """,
    """
    ALTER TABLE leases ADD COLUMN process TEXT NOT NULL DEFAULT '';
    """,
    """
    CREATE TRIGGER entries_are_never_removed BEFORE DELETE ON entries
        BEGIN SELECT RAISE(ABORT, 'an entry is never removed'); END;
    CREATE TRIGGER runs_are_never_removed BEFORE DELETE ON runs
        BEGIN SELECT RAISE(ABORT, 'a run is never removed'); END;
    """,
    """
    CREATE TABLE nights (
        id TEXT PRIMARY KEY,
        lab TEXT NOT NULL,
        controller TEXT NOT NULL,
        started TEXT NOT NULL,
        vms TEXT NOT NULL
    ) STRICT;
    CREATE TABLE night_entries (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        night TEXT NOT NULL REFERENCES nights (id),
        time TEXT NOT NULL,
        kind TEXT NOT NULL,
        vm TEXT NOT NULL,
        data TEXT NOT NULL
    ) STRICT;
    CREATE INDEX night_entries_by_night ON night_entries (night, number);
    CREATE TRIGGER night_entries_are_never_rewritten BEFORE UPDATE ON night_entries
        BEGIN SELECT RAISE(ABORT, 'an entry is never rewritten'); END;
    CREATE TRIGGER night_entries_are_never_removed BEFORE DELETE ON night_entries
        BEGIN SELECT RAISE(ABORT, 'an entry is never removed'); END;
    """,
)


class NewerJournal(Exception):
    """The journal was written by a later version of ours."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a journal up to date; an empty database becomes an empty journal.

    Raises:
        NewerJournal: It has steps that this version does not know.
    """
    for number, script in enumerate(MIGRATIONS, 1):
        if number <= check_version(connection):
            continue
        connection.execute("BEGIN IMMEDIATE")
        try:
            if number > check_version(connection):  # Another process may have been quicker.
                for statement in _statements(script):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def check_version(connection: sqlite3.Connection) -> int:
    """Give the number of steps that a journal has.

    Raises:
        NewerJournal: It has steps that this version does not know.
    """
    version = _version(connection)
    if version > len(MIGRATIONS):
        raise NewerJournal(f"version {version}, and {len(MIGRATIONS)} is the latest known")
    return version


def _statements(script: str) -> Iterator[str]:
    """Take a script apart: unlike `executescript`, this leaves the transaction to the caller."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)
