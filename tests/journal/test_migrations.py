"""Journals of every age are brought up to date; one of a later version is left alone."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from provision.journal import schema
from provision.journal.entry import Kind
from provision.journal.lease import Lease, holder_of
from provision.journal.schema import MIGRATIONS
from provision.journal.store import Journal, JournalError

Spawn = Callable[..., "subprocess.Popen[str]"]


def make_old(path: Path, version: int) -> None:
    """Make a journal as the version made it that knew so many steps."""
    path.parent.mkdir(parents=True)
    connection = sqlite3.connect(path)
    for script in MIGRATIONS[:version]:
        connection.executescript(script)
    run = ("run-1", "build-01", "m", "site.yml", "a", "b", '{"tags": []}', "me", "2026-01-01T00:00")
    connection.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", run)
    for number in range(1, 4):
        connection.execute(
            "INSERT INTO entries (run, time, kind, task, boot, data) VALUES (?, ?, ?, ?, ?, ?)",
            ("run-1", "2026-01-01T00:00:01.000Z", "line", number, "t", f'{{"n": {number}}}'),
        )
    connection.execute(f"PRAGMA user_version = {version}")
    connection.commit()
    connection.close()


def dump(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    try:
        return [
            *map(str, connection.execute("SELECT * FROM runs")),
            *map(str, connection.execute("SELECT * FROM entries ORDER BY number")),
        ]
    finally:
        connection.close()


def shape(path: Path) -> list[tuple[str, ...]]:
    connection = sqlite3.connect(path)
    try:
        names = "SELECT type, name, tbl_name FROM sqlite_master ORDER BY name"
        columns = "SELECT name, type FROM pragma_table_info('leases')"
        return [*connection.execute(names), *connection.execute(columns)]
    finally:
        connection.close()


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS)))
def test_an_old_journal_is_brought_up_to_date(path: Path, tmp_path: Path, version: int) -> None:
    make_old(path, version)
    before = dump(path)
    with Journal(path) as journal:
        assert journal.database.read("PRAGMA user_version") == [{"user_version": len(MIGRATIONS)}]
        assert dump(path) == before
        assert [entry.data for entry in journal.entries("run-1")] == [{"n": n} for n in (1, 2, 3)]
        assert journal.append("run-1", Kind.RUN_FINISHED) == 4
        assert Lease(journal, "build-01", "me", "me").take(60) is None
    with Journal(tmp_path / "new.sqlite"):
        assert shape(path) == shape(tmp_path / "new.sqlite")


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS)))
def test_an_old_journal_can_be_read_without_changing_it(path: Path, version: int) -> None:
    make_old(path, version)
    before = path.read_bytes()
    looking = Journal.look(path)
    assert looking is not None
    with looking:
        assert [run.id for run in looking.runs()] == ["run-1"]
        assert len(list(looking.entries("run-1"))) == 3
        assert holder_of(looking, "build-01") is None
    assert path.read_bytes() == before


@pytest.mark.parametrize("read_only", [False, True])
def test_a_newer_journal_is_refused(path: Path, read_only: bool) -> None:
    make_old(path, len(MIGRATIONS))
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    before = dump(path)
    with pytest.raises(JournalError, match="later version") as raised:
        Journal(path, read_only=read_only)
    assert str(path) in raised.value.details
    assert dump(path) == before


def test_a_step_that_fails_leaves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_old(path, len(MIGRATIONS))
    bad = "CREATE TABLE half (a TEXT);\nCREATE TABLE runs (a TEXT);"
    monkeypatch.setattr(schema, "MIGRATIONS", (*MIGRATIONS, bad))
    before = shape(path)
    with pytest.raises(JournalError):
        Journal(path)
    assert shape(path) == before


@pytest.mark.parametrize("version", [0, 1])
def test_several_processes_open_a_journal_at_once(path: Path, spawn: Spawn, version: int) -> None:
    if version:
        make_old(path, version)
    openers = [
        spawn(
            """
            say("ready")
            sys.stdin.readline()
            Journal(path).close()
            say("opened")
            """
        )
        for _ in range(4)
    ]
    for opener in openers:
        assert opener.stdout is not None
        assert opener.stdout.readline() == "ready\n"
    for opener in openers:
        assert opener.stdin is not None
        opener.stdin.write("go\n")
        opener.stdin.flush()
    for opener in openers:
        assert opener.stdout is not None
        assert opener.stdout.read() == "opened\n"
