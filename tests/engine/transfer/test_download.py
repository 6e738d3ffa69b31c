"""Files of the host to the controller."""

from __future__ import annotations

import pytest

from provision.engine.transfer import resume
from provision.engine.transfer.upload import PIECE, PIECES
from provision.model.errors import TaskError
from provision.simulator.faults import Fault, FaultKind, FaultSchedule, ScheduledFault

PATH = "C:\\up\\a.bin"


@pytest.mark.parametrize("length", [0, 1, PIECE, PIECE * (PIECES + 1) + 7])
def test_any_length_comes(bench, noise, tmp_path, length):
    here = bench()
    content = noise(length)
    here.put(content, PATH)
    dest = tmp_path / "new" / "folder" / "a.bin"
    got = here.download(dest)
    assert dest.read_bytes() == content
    assert (got.change.changed, got.change.before, got.bytes) == (True, {"kind": "absent"}, length)
    assert [path.name for path in dest.parent.iterdir()] == ["a.bin"]


def test_an_equal_file_is_not_fetched_again(bench, tmp_path):
    here = bench()
    here.put(b"content", PATH)
    dest = tmp_path / "a.bin"
    dest.write_bytes(b"content")
    assert not here.download(dest).change.changed
    assert here.host.operations == ["file.stat"]


def test_another_file_is_replaced_and_check_mode_says_so_before(bench, tmp_path):
    here = bench()
    here.put(b"new", PATH)
    dest = tmp_path / "a.bin"
    dest.write_bytes(b"old")
    told = here.download(dest, check=True)
    assert (told.change.changed, dest.read_bytes()) == (True, b"old")
    done = here.download(dest)
    assert done.change == told.change
    assert dest.read_bytes() == b"new"


def test_what_compresses_comes_compressed(bench, tmp_path):
    here = bench()
    text = b"the quick brown fox\r\n" * 50_000
    here.put(text, PATH)
    assert here.download(tmp_path / "a").carried < len(text) / 20
    assert (tmp_path / "a").read_bytes() == text


@pytest.mark.parametrize(
    ("left", "goes_on_at"), [(54_321, 54_321), (100_000, 100_000), (120_000, 100_000)]
)
def test_it_goes_on_where_an_earlier_try_stopped(bench, noise, tmp_path, left, goes_on_at):
    here = bench()
    content = noise(100_000)
    here.put(content, PATH)
    (tmp_path / "a.part").write_bytes((content + bytes(50_000))[:left])
    assert here.download(tmp_path / "a").resumed_at == goes_on_at
    assert (tmp_path / "a").read_bytes() == content


def test_a_damaged_end_is_fetched_again(bench, noise, tmp_path, monkeypatch):
    monkeypatch.setattr(resume, "STEP", 10_000)
    here = bench()
    content = noise(100_000)
    here.put(content, PATH)
    (tmp_path / "a.part").write_bytes(content[:54_321] + bytes(9_000))
    assert here.download(tmp_path / "a").resumed_at == 50_000
    assert (tmp_path / "a").read_bytes() == content


@pytest.mark.parametrize("kind", [FaultKind.RESET_AFTER, FaultKind.TRUNCATE, FaultKind.SHELL_GONE])
@pytest.mark.parametrize("number", [5, 9])
def test_it_comes_through_breaks(bench, noise, tmp_path, kind, number):
    content = noise(12 * PIECE)
    faults = [ScheduledFault(number + 20, Fault(kind), "Receive")]
    here = bench(faults=FaultSchedule(faults))
    here.put(content[: 8 * PIECE], "C:\\other")
    here.put(content, PATH)
    here.download(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == content


def test_a_file_that_changes_meanwhile_is_not_put_in_place(bench, noise, tmp_path):
    here = bench()
    content = noise(2 * PIECES * PIECE)
    here.put(content, PATH)
    here.before_batch(2, lambda: here.put(content[::-1], PATH))
    with pytest.raises(TaskError, match=r"the host's C:\\up\\a\.bin changed while"):
        here.download(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []
    here.download(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == content[::-1]


def test_of_a_file_that_grows_meanwhile_comes_the_beginning(bench, noise, tmp_path):
    here = bench()
    content = noise(PIECES * PIECE + 10)
    here.put(content, PATH)
    here.before_batch(2, lambda: here.put(content + b"more lines", PATH))
    here.download(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == content


def test_a_file_that_becomes_shorter_meanwhile(bench, noise, tmp_path):
    here = bench()
    here.put(noise(2 * PIECES * PIECE), PATH)
    here.before_batch(2, lambda: here.put(b"short", PATH))
    with pytest.raises(TaskError, match="changed while"):
        here.download(tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_what_is_no_file(bench, tmp_path):
    here = bench()
    with pytest.raises(TaskError, match="no file there"):
        here.download(tmp_path / "a")
    with pytest.raises(TaskError, match="a folder"):
        here.download(tmp_path / "a", path="C:\\Users")


def test_what_cannot_be_written_here(bench, tmp_path):
    here = bench()
    here.put(b"x", PATH)
    with pytest.raises(TaskError, match="is a folder"):
        here.download(tmp_path)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(TaskError, match="cannot write a"):
        here.download(tmp_path / "file" / "a")
