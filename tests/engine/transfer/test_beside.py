"""Files beside the agent's requests: real sftp of a real sshd, the real agent in an engine."""

from __future__ import annotations

import os
import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "transport"))

from ssh_server import NO_SSHD, Sshd

from provision.agent.operations.base import OperationError
from provision.engine.clock import HostClock
from provision.engine.connection import HostConnection
from provision.engine.emitter import Emitter
from provision.engine.interruption import Interruption
from provision.engine.transfer import beside
from provision.engine.transfer.download import download
from provision.engine.transfer.source import of_bytes
from provision.engine.transfer.upload import upload
from provision.engine.transfer.watch import Watch
from provision.model.host import SimulateSettings
from provision.simulator.world.generations import starting_world
from provision.transport.ssh import SSHConnector
from provision.transport.ssh_files import SFTPFiles
from provision.transport.ssh_identity import Secrets

pytestmark = pytest.mark.powershell

SIZE = 3_000_000


class Bench:
    """One host behind one sshd, and a connection to it."""

    def __init__(self, folder: Path, options: str = "") -> None:
        from ssh_engine import host_over_ssh, settings_for

        self.sshd = Sshd(folder / "sshd", options=options)
        self.host = host_over_ssh(folder / "host", self.sshd)
        self.host.reset(starting_world(SimulateSettings()))
        self.sshd.environment(self.host.environment())
        self.root: Path = self.host.root
        clock = HostClock(1.0)
        interruption = Interruption(clock)
        connector = SSHConnector(settings_for(self.sshd), Secrets(), wait=1.0)
        self.connection = HostConnection(connector, clock, Emitter("lab-01", []), interruption)
        self.connection.open(60)
        self.told: list[str] = []
        self.watch = Watch(clock, interruption, self.told.append, lambda: 0.0)

    def upload(self, content: bytes, name: str) -> Any:
        return upload(self.connection, of_bytes(content, name), str(self.root / name), self.watch)

    def download(self, name: str, dest: Path) -> Any:
        return download(self.connection, str(self.root / name), dest, self.watch)

    def close(self) -> None:
        self.connection.close()
        self.host.end_jobs()
        self.sshd.stop()


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    if NO_SSHD or not shutil.which("powershell"):
        pytest.skip(NO_SSHD or "needs a PowerShell engine named `powershell` on PATH")
    bench = Bench(tmp_path_factory.mktemp("beside"))
    yield bench
    bench.close()


@pytest.fixture(autouse=True)
def _small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "SLICE", 1_000_000)


@pytest.fixture
def carried(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How many slices sftp was asked for."""
    counts = {"write": 0, "read": 0}

    def counted(verb: str) -> None:
        real = getattr(SFTPFiles, verb)

        def counting(self: Any, *arguments: Any) -> Any:
            counts[verb] += 1
            return real(self, *arguments)

        monkeypatch.setattr(SFTPFiles, verb, counting)

    counted("write")
    counted("read")
    return counts


def noise(seed: int, size: int = SIZE) -> bytes:
    return random.Random(seed).randbytes(size)


def test_there_and_back(bench: Bench, tmp_path: Path, carried: dict[str, int]) -> None:
    content = noise(1)
    sent = bench.upload(content, "new/folder/a.bin")
    assert (bench.root / "new/folder/a.bin").read_bytes() == content
    assert (sent.carried, sent.resumed_at) == (SIZE, 0)
    assert carried == {"write": 3, "read": 0}
    assert not bench.upload(content, "new/folder/a.bin").change.changed
    fetched = bench.download("new/folder/a.bin", tmp_path / "a.bin")
    assert (tmp_path / "a.bin").read_bytes() == content
    assert fetched.carried == SIZE
    assert carried == {"write": 3, "read": 3}
    assert not [*bench.root.glob("new/folder/*.part")]


def test_small_files_go_through_the_agent(bench: Bench, carried: dict[str, int]) -> None:
    bench.upload(noise(2, 100_000), "small.bin")
    assert carried["write"] == 0


@pytest.mark.parametrize("damage", [b"", b"\0" * 40_000], ids=["cut", "with zeros at its end"])
def test_a_part_is_gone_on_with_from_where_it_is_good(bench: Bench, damage: bytes) -> None:
    content = noise(3, 9_000_000)
    kept = 8_500_000
    part = bench.root / "part.bin.part"
    part.write_bytes(content[: kept - len(damage)] + damage)
    sent = bench.upload(content, "part.bin")
    assert (bench.root / "part.bin").read_bytes() == content
    assert sent.resumed_at == (8 * 1024 * 1024 if damage else kept)
    (bench.root / "part.bin").unlink()


def test_a_broken_connection_in_the_middle(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, carried: dict[str, int]
) -> None:
    breaks = iter([bench.sshd.kill_sessions, lambda: None])
    real = beside._pieces

    def breaking(*arguments: Any) -> Iterator[bytes]:
        for piece in real(*arguments):
            if arguments[1]:
                next(breaks, int)()
            yield piece

    monkeypatch.setattr(beside, "_pieces", breaking)
    content = noise(4)
    sent = bench.upload(content, "broken.bin")
    assert (bench.root / "broken.bin").read_bytes() == content
    assert (sent.carried, carried["write"]) == (SIZE, 4)

    def cut(self: Any, *arguments: Any) -> Iterator[bytes]:
        for number, piece in enumerate(read(self, *arguments)):
            if number == 3:
                monkeypatch.setattr(SFTPFiles, "read", read)
                bench.sshd.kill_sessions()
            yield piece

    read = SFTPFiles.read
    monkeypatch.setattr(SFTPFiles, "read", cut)
    bench.download("broken.bin", tmp_path / "broken.bin")
    assert (tmp_path / "broken.bin").read_bytes() == content


def test_a_part_that_became_shorter_meanwhile(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a power failure: what is good is found anew."""
    content, kept = noise(7), 700_000
    part = bench.root / "shorter.bin.part"
    real, calls = SFTPFiles.write, []

    def failing(self: Any, path: str, offset: int, pieces: Any) -> None:
        calls.append(offset)
        if len(calls) == 2:
            os.truncate(part, kept)
            bench.sshd.kill_sessions()
        real(self, path, offset, pieces)

    monkeypatch.setattr(SFTPFiles, "write", failing)
    sent = bench.upload(content, "shorter.bin")
    assert (bench.root / "shorter.bin").read_bytes() == content
    assert sent.resumed_at == kept


def test_sftp_that_sees_other_files_than_the_agent(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"")
    monkeypatch.setattr("provision.transport.ssh_files._place", lambda _: str(other))
    content = noise(8)
    sent = bench.upload(content, "elsewhere.bin")
    assert (bench.root / "elsewhere.bin").read_bytes() == content
    assert sent.resumed_at == 0
    assert sent.carried > SIZE


def test_where_sftp_may_not_write_the_agent_tells_why(bench: Bench) -> None:
    folder = bench.root / "held.bin"
    folder.mkdir()
    with pytest.raises(OperationError, match="folder"):
        bench.upload(noise(5), "held.bin")


def test_without_sftp_the_agent_carries_all(
    tmp_path: Path, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bench.root
    monkeypatch.setattr("ssh_server.SFTP", "/no/such/program")
    other = Bench(tmp_path / "other")
    try:
        content = noise(6, 700_000)
        other.upload(content, "a.bin")
        assert (other.root / "a.bin").read_bytes() == content
        other.download("a.bin", tmp_path / "a.bin")
        assert (tmp_path / "a.bin").read_bytes() == content
    finally:
        other.close()
