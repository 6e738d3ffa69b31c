"""Folders: only what differs is sent, and nothing is removed unasked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from provision.agent.operations.files import FileEnsure, FileList, Kind
from provision.engine.transfer.several import SMALL, TOLD
from provision.model.errors import TaskError


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder with small, large and empty things in it."""
    folder = tmp_path / "tree"
    (folder / "inner" / "deep").mkdir(parents=True)
    (folder / "empty").mkdir()
    (folder / "a.txt").write_text("a")
    (folder / "inner" / "b.txt").write_text("b")
    (folder / "inner" / "deep" / "big.bin").write_bytes(os.urandom(SMALL + 1))
    return folder


def on_host(here, path="C:\\tree"):
    entries = here.connection.call(FileList(path=path, recurse=True)).entries
    return [entry.path for entry in entries]


ALL = ["a.txt", "empty", "inner", "inner\\b.txt", "inner\\deep", "inner\\deep\\big.bin"]


def test_everything_arrives(bench, tree):
    here = bench()
    sent = here.folder(tree)
    assert on_host(here) == ALL
    assert (sent.files, sent.sent, sent.removed) == (3, 3, 0)
    assert sent.bytes == SMALL + 3
    assert [change.what for change in sent.changes][:1] == ["C:\\tree"]
    assert here.sha256("C:\\tree\\inner\\b.txt") == (
        "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d"
    )


def test_a_second_time_nothing_is_sent(bench, tree):
    here = bench()
    here.folder(tree)
    here.host.operations.clear()
    again = here.folder(tree)
    assert (again.changes, again.sent) == ((), 0)
    assert set(here.host.operations) == {"file.list", "file.stat"}


def test_only_what_differs_is_sent(bench, tree):
    here = bench()
    here.folder(tree)
    (tree / "a.txt").write_text("A")
    (tree / "new.txt").write_text("new")
    here.host.operations.clear()
    sent = here.folder(tree)
    assert [change.what for change in sent.changes] == ["C:\\tree\\new.txt", "C:\\tree\\a.txt"]
    assert sent.changes[1].before["kind"] == "file"
    assert here.count("file.write") == 0
    assert here.count("file.ensure") == 2


def test_check_mode_tells_the_same_and_changes_nothing(bench, tree):
    here = bench()
    told = here.folder(tree, check=True)
    assert "file.ensure" not in here.host.operations
    assert here.folder(tree).changes == told.changes


def test_a_trailing_separator_and_another_case_mean_the_same_folder(bench, tree):
    here = bench()
    here.folder(tree, "C:\\tree\\")
    assert here.folder(tree, "c:/TREE/").changes == ()


def test_what_the_host_has_beyond_is_kept_unless_it_is_to_be_removed(bench, tree):
    here = bench()
    here.folder(tree)
    here.put(b"x", "C:\\tree\\extra\\more\\x.txt")
    here.put(b"x", "C:\\tree\\inner\\y.txt")
    assert here.folder(tree).changes == ()
    told = here.folder(tree, remove_extra=True, check=True)
    sent = here.folder(tree, remove_extra=True)
    assert sent == told
    assert [change.what for change in sent.changes] == [
        "C:\\tree\\extra", "C:\\tree\\inner\\y.txt",
    ]  # fmt: skip
    assert sent.removed == 2
    assert on_host(here) == ALL


def test_the_part_of_a_file_that_is_to_be_sent_is_no_extra(bench, tree):
    here = bench()
    content = (tree / "inner" / "deep" / "big.bin").read_bytes()
    here.part(content[:5000], "C:\\tree\\inner\\deep\\big.bin")
    sent = here.folder(tree, remove_extra=True)
    assert sent.removed == 0
    assert on_host(here) == ALL


def test_a_file_in_a_folders_place(bench, tree):
    here = bench()
    here.put(b"x", "C:\\tree\\inner")
    here.connection.call(FileEnsure(path="C:\\tree\\a.txt", state=Kind.FOLDER))
    with pytest.raises(TaskError, match="is a folder on the host, and a file here"):
        here.folder(tree)
    sent = here.folder(tree, remove_extra=True)
    assert sent.removed == 2
    assert on_host(here) == ALL


def test_many_changes_are_counted_together(bench, tmp_path):
    here = bench()
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(TOLD + 20):
        (folder / f"{number:03}.txt").write_text("x")
    sent = here.folder(folder)
    assert (sent.sent, len(sent.changes)) == (TOLD + 20, TOLD + 1)
    assert sent.changes[-1].what == "C:\\tree, 21 more files and folders"
    assert len(on_host(here)) == TOLD + 20


@pytest.mark.parametrize("name", ["a:b", "nul.txt", "ends.", "..\\..\\Windows\\x", "what?"])
def test_names_that_windows_cannot_have_are_refused_before_anything_is_sent(bench, tree, name):
    (tree / "inner" / name).write_text("x")
    here = bench()
    with pytest.raises(TaskError, match="no name for Windows"):
        here.folder(tree)
    assert here.host.operations == []


def test_two_names_that_are_one_on_windows(bench, tree):
    (tree / "A.TXT").write_text("x")
    with pytest.raises(TaskError, match="are one name on Windows"):
        bench().folder(tree)


def test_links(bench, tree):
    (tree / "link.txt").symlink_to(tree / "a.txt")
    here = bench()
    here.folder(tree)
    assert here.sha256("C:\\tree\\link.txt") == here.sha256("C:\\tree\\a.txt")
    (tree / "circle").symlink_to(tree)
    with pytest.raises(TaskError, match="circle is a link to a folder"):
        here.folder(tree)


def test_an_empty_folder(bench, tmp_path):
    here = bench()
    (tmp_path / "none").mkdir()
    assert here.folder(tmp_path / "none").files == 0
    assert on_host(here) == []
