"""Command lines are split as Windows programs split them."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.steps.command_line import runs_in_container, split_command_line

ARGUMENTS = st.lists(st.text(alphabet='ab \t"\\|%é', max_size=8), min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        ("docker images", ("docker", "images")),
        ('"C:\\Program Files\\x.exe" -a', ("C:\\Program Files\\x.exe", "-a")),
        ('a "b c"d e', ("a", "b cd", "e")),
        ('a\\\\b "c\\\\" d', ("a\\\\b", "c\\", "d")),
        ('say \\"hi\\"', ("say", '"hi"')),
        ('a "" b', ("a", "", "b")),
        ("  a   ", ("a",)),
        ("", ()),
        ("C:\\ x", ("C:\\", "x")),
    ],
)
def test_known_lines(line, arguments):
    assert split_command_line(line) == arguments


def test_an_open_quote_is_an_error():
    with pytest.raises(ValueError, match="not closed"):
        split_command_line('a "b')


@given(ARGUMENTS)
def test_what_python_quotes_for_windows_is_read_back(arguments):
    assert split_command_line(subprocess.list2cmdline(arguments)) == tuple(arguments)


@pytest.mark.parametrize(
    ("words", "inside"),
    [
        (("docker", "exec", "web", "ping"), True),
        (("C:\\Program Files\\docker\\Docker.EXE", "run", "--rm", "app"), True),
        (("docker", "pull", "exec"), False),
        (("docker",), False),
        (("powershell", "run"), False),
        ((), False),
    ],
)
def test_what_runs_in_a_container(words, inside):
    assert runs_in_container(words) is inside
