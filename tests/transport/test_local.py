from __future__ import annotations

import os
import sys
import time

import pytest

from provision.transport.channel import Output
from provision.transport.errors import SettingRefused, ShellGone
from provision.transport.local import LocalConnector

ECHO = (
    "import sys, os\n"
    "for line in sys.stdin:\n"
    "    if line.strip() == 'end': sys.stderr.write('bye'); sys.exit(4)\n"
    "    if line.strip() == 'name': line = os.environ['NAME'] + chr(10)\n"
    "    sys.stdout.write(line); sys.stdout.flush()\n"
)


@pytest.fixture
def channel():
    """Any program will do for the pipes; Python stands in for PowerShell."""
    channel = LocalConnector(sys.executable, {"NAME": "given"}, wait=5).channel()
    channel.open(["-c", ECHO])
    yield channel
    channel.close()


def all_of(channel) -> Output:
    stdout, stderr = b"", b""
    while True:
        output = channel.receive()
        stdout += output.stdout
        stderr += output.stderr
        if output.exit_code is not None:
            return Output(stdout, stderr, output.exit_code)


def test_what_is_sent_is_read_and_answered(channel):
    channel.send(b"one\n")
    assert channel.receive().stdout == b"one\n"
    channel.send(b"name\n")
    assert channel.receive().stdout == b"given\n"


def test_the_end_comes_with_the_last_words(channel):
    channel.send(b"one\nend\n")
    assert all_of(channel) == Output(b"one\n", b"bye", 4)
    channel.send(b"too late\n")
    assert channel.receive().exit_code == 4


def test_silence_is_an_empty_output():
    channel = LocalConnector(sys.executable, wait=0.01).channel()
    channel.open(["-c", ECHO])
    assert channel.receive() == Output()
    channel.close()


def test_a_grandchild_that_holds_the_pipes_does_not_hide_the_end():
    script = (
        "import subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "sys.exit(7)\n"
    )
    channel = LocalConnector(sys.executable, wait=0.2).channel()
    channel.open(["-c", script])
    assert all_of(channel).exit_code == 7
    os.killpg(channel.pid, 9)
    channel.close()


def test_closing_ends_a_process_that_does_not_end_by_itself():
    channel = LocalConnector(sys.executable, wait=5).channel()
    channel.open(["-c", "print('up', flush=True)\nwhile True:\n    import time; time.sleep(60)"])
    assert channel.receive().stdout.startswith(b"up")
    pid = channel.pid
    channel.close()
    channel.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(ShellGone):
        channel.receive()


def test_a_missing_program_is_said():
    with pytest.raises(SettingRefused, match="no-such-powershell"):
        LocalConnector("no-such-powershell").channel()


def test_large_output_arrives_whole(channel):
    line = b"x" * 100_000 + b"\n"
    for _ in range(5):
        channel.send(line)
    received, deadline = b"", time.monotonic() + 60
    while len(received) < 5 * len(line) and time.monotonic() < deadline:
        received += channel.receive().stdout
    assert received == 5 * line
