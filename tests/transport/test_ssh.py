"""The channel over a real sshd; Python stands in for PowerShell, any program will do."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from ssh_server import NO_SSHD, USER, Sshd

from provision.model.errors import ErrorClass
from provision.model.ssh import SSHSettings
from provision.transport.channel import Output
from provision.transport.errors import ConnectionBroken, ServerTrouble, ShellGone
from provision.transport.ssh import SSHConnector
from provision.transport.ssh_identity import Secrets

pytestmark = pytest.mark.skipif(bool(NO_SSHD), reason=NO_SSHD)

ECHO = """\
import os, sys
for line in sys.stdin:
    if line.strip() == 'end': sys.stderr.write('bye'); sys.exit(4)
    if line.strip() == 'pid': line = f'{os.getpid()} {sys.argv[1:]}' + chr(10)
    if line.strip() == 'die': os.kill(os.getpid(), 9)
    if line.strip() == 'child':
        if os.fork() == 0: import time; time.sleep(20); os._exit(0)
        os._exit(5)
    sys.stdout.write(line); sys.stdout.flush()
"""


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    folder = tmp_path_factory.mktemp("sshd")
    echo = folder / "echo.py"
    echo.write_text(ECHO)
    server = Sshd(folder / "server", program=f"{sys.executable} {echo}")
    yield server
    server.stop()


@pytest.fixture
def connect(sshd: Sshd) -> Iterator[Any]:
    made: list[Any] = []

    def connect(wait: float = 5, **changes: Any) -> Any:
        settings = SSHSettings(
            address="127.0.0.1",
            port=sshd.port,
            user=USER,
            key=str(sshd.key),
            known_hosts=str(sshd.known_hosts),
            config=False,
        ).model_copy(update=changes)
        made.append(SSHConnector(settings, Secrets(), wait=wait).channel())
        return made[-1]

    yield connect
    for one in made:
        one.close()


@pytest.fixture
def channel(connect: Any) -> Any:
    channel = connect()
    channel.open(["-NoProfile", "-EncodedCommand", "QQ=="])
    return channel


def all_of(channel: Any) -> Output:
    stdout, stderr = b"", b""
    while True:
        output = channel.receive()
        stdout += output.stdout
        stderr += output.stderr
        if output.exit_code is not None:
            return Output(stdout, stderr, output.exit_code)


def pid_of(channel: Any) -> int:
    channel.send(b"pid\n")
    return int(channel.receive().stdout.split()[0])


def test_what_is_sent_is_read_and_answered(channel: Any) -> None:
    channel.send(b"one\n")
    assert channel.receive().stdout == b"one\n"
    channel.send(b"pid\n")
    assert b"['-NoProfile', '-EncodedCommand', 'QQ==']" in channel.receive().stdout


def test_the_end_comes_with_the_last_words(channel: Any) -> None:
    channel.send(b"one\nend\n")
    assert all_of(channel) == Output(b"one\n", b"bye", 4)
    channel.send(b"too late\n")
    assert channel.receive().exit_code == 4


def test_megabytes_go_both_ways_at_once(channel: Any) -> None:
    line = b"x" * 99_999 + b"\n"
    channel.send(line * 60)
    got = b""
    while len(got) < len(line) * 60:
        got += channel.receive().stdout
    assert got == line * 60


def test_silence_is_an_empty_output(connect: Any) -> None:
    channel = connect(wait=0.01)
    channel.open([])
    assert channel.receive() == Output()


def test_a_grandchild_that_holds_the_pipes_does_not_hide_the_end(channel: Any) -> None:
    channel.send(b"child\n")
    assert all_of(channel).exit_code == 5


def test_a_killed_process_is_lost(channel: Any) -> None:
    channel.send(b"die\n")
    with pytest.raises(ShellGone, match="without an exit code"):
        all_of(channel)


def test_a_broken_connection_is_a_lost_process(channel: Any, sshd: Sshd) -> None:
    sshd.kill_sessions()
    with pytest.raises(ShellGone, match="broke") as caught:
        all_of(channel)
    assert caught.value.error_class is ErrorClass.LOST
    with pytest.raises(ShellGone):
        channel.send(b"x" * 100_000)


def test_a_host_without_a_sign_of_life_is_lost(connect: Any, sshd: Sshd) -> None:
    channel = connect(keepalive=0.3, wait=30)
    channel.open([])
    pid_of(channel)
    sessions = sshd.sessions()
    sshd.signal_sessions(signal.SIGSTOP)
    try:
        with pytest.raises(ShellGone, match="no sign of life"):
            channel.receive()
    finally:
        for pid in sessions:
            os.kill(pid, signal.SIGCONT)


def test_signs_of_life_keep_an_idle_channel(connect: Any) -> None:
    channel = connect(keepalive=0.1, wait=0.5)
    channel.open([])
    assert channel.receive() == Output()
    assert channel.receive() == Output()
    assert pid_of(channel)


def test_a_server_that_is_down_may_come_back(connect: Any, sshd: Sshd) -> None:
    sshd.stop()
    try:
        with pytest.raises(ConnectionBroken, match="refused the connection") as caught:
            connect().open([])
        assert caught.value.error_class is ErrorClass.TRANSIENT
    finally:
        sshd.start()
    channel = connect()
    channel.open([])
    assert pid_of(channel)


def test_closing_ends_the_process_and_every_thread(connect: Any) -> None:
    before = threading.active_count()
    channel = connect(keepalive=1)
    channel.open([])
    pid = pid_of(channel)
    channel.close()
    limit = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() or threading.active_count() > before:
        assert time.monotonic() < limit
        time.sleep(0.02)
    with pytest.raises(ShellGone):
        channel.receive()


def test_what_is_no_ssh_is_told(connect: Any) -> None:
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        threading.Thread(target=_say_http, args=(other,), daemon=True).start()
        with pytest.raises(ConnectionBroken, match="does not speak SSH") as caught:
            connect(port=other.getsockname()[1], host_key="strict").open([])
    assert "Get-Service sshd" in caught.value.resolution


def _say_http(other: Any) -> None:
    peer, _ = other.accept()
    peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    peer.close()


def test_a_user_who_may_start_nothing(tmp_path: Path) -> None:
    server = Sshd(tmp_path / "server", options="MaxSessions 0")
    try:
        settings = SSHSettings(
            address="127.0.0.1",
            port=server.port,
            user=USER,
            key=str(server.key),
            known_hosts=str(server.known_hosts),
            config=False,
        )
        with pytest.raises(ServerTrouble, match="starts no program"):
            SSHConnector(settings, Secrets()).channel().open([])
    finally:
        server.stop()
