"""The journal's file: nothing that was acknowledged is lost, nothing is rewritten."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from provision.journal.entry import Entry, Kind, Run
from provision.journal.store import Journal, JournalError

Spawn = Callable[..., "subprocess.Popen[str]"]
MakeRun = Callable[..., Run]


def lines(process: subprocess.Popen[str], count: int) -> list[str]:
    assert process.stdout is not None
    return [process.stdout.readline().rstrip("\n") for _ in range(count)]


def test_what_was_written_is_read(journal: Journal, make_run: MakeRun) -> None:
    run = make_run()
    journal.begin(run)
    journal.begin(make_run("run-2", "build-02"))
    first = journal.append(run.id, Kind.TASK_STARTED, task=1, boot="t", data={"name": "Ünï\ud800"})
    second = journal.append(run.id, Kind.LINE, data={"text": ""})
    journal.append("run-2", Kind.LINE, data={})

    assert second > first
    assert journal.runs() == [make_run("run-2", "build-02"), run]
    assert journal.runs("build-01") == [run]
    assert journal.runs(limit=1) == [make_run("run-2", "build-02")]
    assert journal.has_run("run-1")
    assert not journal.has_run("run-3")
    one, two = journal.entries(run.id)
    assert one == Entry(first, run.id, one.time, Kind.TASK_STARTED, 1, "t", {"name": "Ünï\ud800"})
    assert (two.number, two.task, two.boot) == (second, None, None)
    assert list(journal.entries(run.id, after=first)) == [two]
    assert list(journal.entries(run.id, kinds=(Kind.TASK_STARTED, Kind.EVENT))) == [one]


@pytest.mark.parametrize("statement", ["UPDATE {0} SET rowid = 99", "DELETE FROM {0}"])
@pytest.mark.parametrize("table", ["entries", "runs"])
def test_nothing_is_rewritten(
    journal: Journal, make_run: MakeRun, table: str, statement: str
) -> None:
    journal.begin(make_run())
    journal.append("run-1", Kind.LINE)
    other = sqlite3.connect(journal.path)
    with pytest.raises(sqlite3.IntegrityError, match="never"):
        other.execute(statement.format(table))
    other.close()
    assert len(list(journal.entries("run-1"))) == 1


def test_an_entry_of_no_run_is_refused(journal: Journal) -> None:
    with pytest.raises(JournalError):
        journal.append("nobody", Kind.LINE)


WRITER = """
journal = Journal(path)
name = sys.argv[2]
say("ready")
sys.stdin.readline()
for number in range(100):
    if number % 3:
        journal.append("run-1", Kind.LINE, data={"who": name, "number": number})
    else:
        journal.append_soon("run-1", Kind.LINE, data={"who": name, "number": number})
journal.close()
say("done")
"""


def test_several_processes_append_at_once(
    journal: Journal, make_run: MakeRun, spawn: Spawn
) -> None:
    journal.begin(make_run())
    names = ["a", "b", "c", "d"]
    writers = [spawn(WRITER, name) for name in names]
    assert [lines(writer, 1) for writer in writers] == [["ready"]] * 4
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    assert [lines(writer, 1) for writer in writers] == [["done"]] * 4

    entries = list(journal.entries("run-1"))
    for name in names:
        mine = [entry.data["number"] for entry in entries if entry.data["who"] == name]
        assert mine == list(range(100))


def test_a_killed_writer_loses_nothing_that_was_acknowledged(
    journal: Journal, make_run: MakeRun, spawn: Spawn
) -> None:
    journal.begin(make_run())
    writer = spawn(
        """
        journal = Journal(path)
        while True:
            say(journal.append("run-1", Kind.LINE, data={"text": "x" * 5000}))
        """
    )
    acknowledged = [int(line) for line in lines(writer, 60)]
    writer.kill()
    writer.wait()
    assert writer.stdout is not None
    rest = writer.stdout.read().split("\n")[:-1]
    acknowledged += [int(line) for line in rest]

    with Journal(journal.path) as again:
        found = [entry.number for entry in again.entries("run-1")]
        assert found[: len(acknowledged)] == acknowledged
        assert len(found) <= len(acknowledged) + 1
        assert again.database.read("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
        assert again.append("run-1", Kind.LINE) == found[-1] + 1


def test_what_may_wait_is_soon_on_the_disk(
    journal: Journal, make_run: MakeRun, spawn: Spawn
) -> None:
    journal.begin(make_run())
    writer = spawn(
        """
        journal = Journal(path)
        journal.append_soon("run-1", Kind.LINE, data={"text": "one"})
        journal.append_soon("run-1", Kind.LINE, data={"text": "two"})
        say("said")
        sys.stdin.readline()
        """
    )
    assert lines(writer, 1) == ["said"]
    while len(list(journal.entries("run-1"))) < 2:
        assert writer.poll() is None
    writer.kill()
    writer.wait()
    assert [e.data["text"] for e in journal.entries("run-1")] == ["one", "two"]


def test_what_waits_comes_before_what_comes_later(journal: Journal, make_run: MakeRun) -> None:
    journal.begin(make_run())
    for number in range(50):
        journal.append_soon("run-1", Kind.LINE, data={"number": number})
    last = journal.append("run-1", Kind.TASK_FINISHED)
    entries = list(journal.entries("run-1"))
    assert [entry.data.get("number") for entry in entries] == [*range(50), None]
    assert entries[-1].number == last


def test_closing_writes_what_waits(path: Path, make_run: MakeRun) -> None:
    with Journal(path) as journal:
        journal.begin(make_run())
        journal.append_soon("run-1", Kind.LINE)
    with Journal(path) as journal:
        assert len(list(journal.entries("run-1"))) == 1


@pytest.mark.skipif(os.name != "posix", reason="limits of a process are POSIX's")
def test_a_full_disk_is_said_and_nothing_is_lost_by_it(
    journal: Journal, make_run: MakeRun, spawn: Spawn
) -> None:
    journal.begin(make_run())
    writer = spawn(
        """
        import resource
        journal = Journal(path)
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        journal.append_soon("run-1", Kind.LINE, data={"text": "waits"})
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
        try:
            while True:
                journal.append("run-1", Kind.LINE, data={"text": "x" * 1000})
        except JournalError as error:
            print(type(error).__name__, str(path) in error.details, error.resolution != "")
        journal.append_soon("run-1", Kind.LINE, data={"text": "while it was full"})
        time.sleep(0.5)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        journal.append("run-1", Kind.LINE, data={"text": "room again"})
        journal.close()
        say("done")
        """
    )
    assert lines(writer, 2) == ["JournalError True True", "done"]
    texts = [entry.data["text"] for entry in journal.entries("run-1")]
    assert texts[0] == "waits"
    assert texts[-2:] == ["while it was full", "room again"]
    assert journal.database.read("PRAGMA integrity_check") == [{"integrity_check": "ok"}]


def test_what_is_no_journal_is_said(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database at all, and longer than a header\n" * 10)
    (tmp_path / "folder").mkdir()
    for place in ("text", "folder", "text/below/journal.sqlite"):
        with pytest.raises(JournalError) as raised:
            Journal(tmp_path / place)
        assert place in raised.value.details.replace(os.sep, "/")


def test_looking_makes_no_journal(path: Path) -> None:
    assert Journal.look(path) is None
    assert not path.parent.exists()


def test_a_journal_that_is_being_made_is_none_yet(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    assert Journal.look(path) is None
    assert path.stat().st_size == 0


def test_looking_changes_nothing(path: Path, make_run: MakeRun) -> None:
    with Journal(path) as journal:
        journal.begin(make_run())
        journal.append("run-1", Kind.LINE)
    before = path.read_bytes()
    looking = Journal.look(path)
    assert looking is not None
    with looking:
        assert looking.runs() == [make_run()]
        assert len(list(looking.entries("run-1"))) == 1
        with pytest.raises(JournalError):
            looking.append("run-1", Kind.LINE)
    assert path.read_bytes() == before


def test_looking_sees_what_a_writer_adds(journal: Journal, make_run: MakeRun) -> None:
    looking = Journal.look(journal.path)
    assert looking is not None
    with looking:
        assert looking.runs() == []
        journal.begin(make_run())
        number = journal.append("run-1", Kind.LINE)
        assert [entry.number for entry in looking.entries("run-1")] == [number]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_journal_in_a_folder_of_somebody_else_can_be_read(path: Path, make_run: MakeRun) -> None:
    with Journal(path) as journal:
        journal.begin(make_run())
    path.parent.chmod(0o500)
    try:
        looking = Journal.look(path)
        assert looking is not None
        with looking:
            assert looking.runs() == [make_run()]
    finally:
        path.parent.chmod(0o700)
