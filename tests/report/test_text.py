from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.model.outcome import Change
from provision.report.text import change_diff, change_text, clean, duration, lines, plural, size


@given(st.text(alphabet=st.characters(codec=None)))
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    assert not {unicodedata.category(c) for c in clean(text)} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(st.text())
def test_lines_are_single_lines(text: str) -> None:
    given = list(lines(text))
    assert given
    assert all("\n" not in line and "\r" not in line for line in given)


def test_escapes_stay_readable() -> None:
    assert clean("\x1b]0;owned\x07") == "\\x1b]0;owned\\x07"
    assert clean("a\u202eb") == "a\\u202eb"
    assert clean("コンテナー é") == "コンテナー é"


def test_an_endless_line_is_cut() -> None:
    (line,) = lines("x" * 1_000_000)
    assert len(line) < 4100
    assert "1,000,000 characters" in line


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0, "0:00"), (7.4, "0:07"), (59.7, "1:00"), (750, "12:30"), (6753, "1:52:33"), (-3, "0:00")],
)
def test_duration(seconds: float, written: str) -> None:
    assert duration(seconds) == written


@pytest.mark.parametrize(
    ("count", "written"),
    [(512, "512 bytes"), (1536, "1.5 KB"), (2_684_354_560, "2.5 GB"), (40 * 1024**4, "40960 GB")],
)
def test_size(count: int, written: str) -> None:
    assert size(count) == written


def test_plural() -> None:
    assert [plural(n, "warning") for n in (0, 1, 2)] == ["0 warnings", "1 warning", "2 warnings"]


@pytest.mark.parametrize(
    ("change", "written"),
    [
        (
            Change(
                what="feature X",
                before={"installed": False, "a": 1},
                after={"installed": True, "a": 1},
            ),
            "feature X: installed false → true",
        ),
        (Change(what="file f", before=None, after={"kind": "file"}), "file f: created, kind file"),
        (Change(what="file f", before="old", after=None), "file f: removed, was old"),
        (Change(what="boot", before="a", after="b"), "boot: a → b"),
        (Change(what="ran it"), "ran it"),
        (Change(what="f", before="a" * 64, after="b" * 64), f"f: {'a' * 12}… → {'b' * 12}…"),
    ],
)
def test_change_text(change: Change, written: str) -> None:
    assert change_text(change) == written


def test_a_change_that_leaves_things_as_they_were() -> None:
    running = {"state": "running"}
    change = Change(what="service docker (restarted)", before=running, after=running)
    assert change_text(change) == "service docker (restarted): state running"


def test_change_diff() -> None:
    change = Change(what="file", before="one\ntwo\n", after="one\n\x1b[2J\n")
    assert change_diff(change) == [" one", "-two", "+\\x1b[2J"]
    change = Change(what="x", before={"state": "stopped"}, after={"state": "running"})
    assert change_diff(change) == ["-state: stopped", "+state: running"]
