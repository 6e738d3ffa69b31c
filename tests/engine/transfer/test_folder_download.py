"""Folders of the host: only what differs is fetched, and nothing is removed unasked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from provision.agent.operations.files import FileEntry, FileListAnswer, Kind
from provision.engine.interruption import Interrupted
from provision.engine.transfer.several import SMALL
from provision.model.errors import TaskError

BIG = "inner\\deep\\big.bin"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """What the host's folder holds."""
    folder = tmp_path / "tree"
    (folder / "inner" / "deep").mkdir(parents=True)
    (folder / "empty").mkdir()
    (folder / "a.txt").write_text("a")
    (folder / "nothing").touch()
    (folder / "inner" / "deep" / "big.bin").write_bytes(os.urandom(SMALL + 1))
    return folder


@pytest.fixture
def here(bench, tree):
    made = bench()
    made.folder(tree)
    made.host.operations.clear()
    return made


def content(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def test_everything_arrives(here, tree, tmp_path):
    back = tmp_path / "far" / "back"
    told = here.fetch_folder(back, check=True)
    assert not back.parent.exists()
    assert "file.read" not in here.host.operations
    sent = here.fetch_folder(back)
    assert sent == told
    assert content(back) == content(tree)
    assert (sent.files, sent.sent, sent.bytes) == (3, 3, SMALL + 2)
    assert sent.changes[0].what == "back"
    assert sent.changes[-1].what == "back/inner/deep/big.bin"


def test_a_second_time_nothing_is_fetched(here, tmp_path):
    here.fetch_folder(tmp_path / "back", "c:/TREE/")
    here.host.operations.clear()
    again = here.fetch_folder(tmp_path / "back", "C:\\tree\\")
    assert (again.changes, again.sent) == ((), 0)
    assert set(here.host.operations) == {"file.list", "file.stat"}


def test_only_what_differs_is_fetched(here, tree, tmp_path):
    back = tmp_path / "back"
    here.fetch_folder(back)
    (back / "a.txt").write_text("b")
    (back / "nothing").unlink()
    here.host.operations.clear()
    sent = here.fetch_folder(back)
    assert {change.what for change in sent.changes} == {"back/a.txt", "back/nothing"}
    assert here.count("file.read") == 2
    assert content(back) == content(tree)


def test_nothing_is_removed_unasked(here, tree, tmp_path):
    back = tmp_path / "back"
    here.fetch_folder(back)
    (back / "more" / "in it").mkdir(parents=True)
    (back / "empty").rmdir()
    (back / "empty").write_text("a file")
    (back / "inner" / "deep" / "big.bin.part").write_text("of an earlier try")
    with pytest.raises(TaskError, match="back/empty is a file here, and a folder on the host"):
        here.fetch_folder(back)
    told = here.fetch_folder(back, remove_extra=True, check=True)
    assert (back / "more").is_dir()
    sent = here.fetch_folder(back, remove_extra=True)
    assert sent == told
    assert (sent.removed, sent.sent) == (2, 0)
    (back / "inner" / "deep" / "big.bin.part").unlink()
    assert content(back) == content(tree)


def test_a_broken_fetch_goes_on_where_it_stopped(here, tmp_path):
    back = tmp_path / "back"
    whole = os.urandom(3_000_000)
    here.put(whole, f"C:\\tree\\{BIG}")
    here.before_batch(1, here.interruption.ask)
    with pytest.raises(Interrupted):
        here.fetch_folder(back)
    part = back / "inner" / "deep" / "big.bin.part"
    size = part.stat().st_size
    assert 0 < size < len(whole)
    here.interruption.__init__(here.clock)
    here.host.operations.clear()
    assert here.fetch_folder(back).sent == 1
    assert here.count("file.read") * SMALL < len(whole)
    assert (back / "inner" / "deep" / "big.bin").read_bytes() == whole


@pytest.mark.parametrize("name", ["..\\out", "in\\..\\..\\out", "a/b", "C:x", "\\out", "a\\.\\b"])
def test_a_host_cannot_write_beside_the_folder(here, tmp_path, name):
    entry = FileEntry(path=name, kind=Kind.FILE, bytes=1)
    here.connection.call = lambda _operation: FileListAnswer(entries=(entry,))
    with pytest.raises(TaskError, match="which is no name"):
        here.fetch_folder(tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_a_place_that_cannot_be_written(here, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(TaskError, match="cannot write back: Not a directory"):
        here.fetch_folder(tmp_path / "file" / "back")
