from __future__ import annotations

import base64
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.agent.bootstrap import (
    Bootstrap,
    bootstrap_arguments,
    bootstrap_script,
    recognise,
)
from provision.agent.source import AgentSource, agent_source


@given(st.text(max_size=300))
def test_a_simulated_host_knows_our_command_line_again(text):
    source = AgentSource.of(text)
    expected = Bootstrap(source.sha256, len(source.encoded))
    arguments = bootstrap_arguments(source)
    assert recognise(arguments) == expected
    assert recognise([" ".join(arguments)]) == expected


def test_other_powershell_is_not_ours():
    arguments = bootstrap_arguments(AgentSource.of("x"))
    other = base64.b64encode("Get-Process".encode("utf-16-le")).decode()
    script = bootstrap_script(AgentSource.of("x")).replace("SilentlyContinue", "Continue")
    changed = base64.b64encode(script.encode("utf-16-le")).decode()
    for words in (
        [],
        ["-Command", "1"],
        [*arguments[:-1], other],
        [*arguments[:-1], changed],
        [*arguments[:-1], "***"],
        [*arguments[:-1], "AAA"],
        [*arguments, "-x"],
        arguments[1:],
    ):
        assert recognise(words) is None


def test_the_command_line_fits_through_cmd_exe():
    arguments = bootstrap_arguments(AgentSource.of("x" * 1_000_000))
    assert len(" ".join(arguments)) < 4000


def test_the_source_is_sent_in_lines_that_join_to_it():
    source = AgentSource.of("ä" * 10_000)
    assert all(len(line) <= 4000 and line.isascii() for line in source.lines)
    assert base64.b64decode("".join(source.lines)).decode() == source.text


def test_the_agent_is_joined_with_its_handler_last():
    source = agent_source()
    assert source is agent_source()
    assert "\r" not in source.text
    assert source.text.rstrip().splitlines()[-1].startswith("{ param(")


@pytest.mark.powershell
@pytest.mark.skipif(not shutil.which("powershell"), reason="no powershell on PATH to lint with")
def test_the_bootstrap_is_windows_powershell_5(tmp_path):
    path = tmp_path / "bootstrap.ps1"
    path.write_text(bootstrap_script(agent_source()))
    lint = subprocess.run(
        ["powershell", "lint", "--strict", str(path)], capture_output=True, text=True, check=False
    )
    assert (lint.returncode, lint.stdout) == (0, "")
