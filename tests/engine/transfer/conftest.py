"""A connection to a simulated host that writes down what it is asked for."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from provision.agent.operations.files import FileCommit, FileRead, FileStat, FileWrite
from provision.engine.clock import HostClock
from provision.engine.connection import HostConnection
from provision.engine.emitter import Emitter
from provision.engine.interruption import Interruption
from provision.engine.transfer.download import download
from provision.engine.transfer.folder import FolderUpload
from provision.engine.transfer.folder_download import FolderDownload
from provision.engine.transfer.source import of_bytes
from provision.engine.transfer.upload import upload
from provision.engine.transfer.watch import Watch
from provision.model.host import Authentication, Scheme, SimulateSettings, WinRMSettings
from provision.model.outcome import Json
from provision.model.secret import Secret
from provision.simulator.faults import FaultSchedule
from provision.simulator.thread import SimulatorServer
from provision.simulator.world.simulated_host import SimulatedHost
from provision.steps.transfer import FolderSent, Sent
from provision.transport.winrm import WinRMConnector

PASSWORD = "only-for-this-test"


class WritingHost(SimulatedHost):
    """A simulated host that keeps the names of what it carried out."""

    operations: list[str]

    async def perform(self, operation: str, params: dict[str, Json], check: bool) -> Json:
        self.operations.append(operation)
        return await super().perform(operation, params, check)


@dataclass
class Bench:
    """A host, and the connection to it."""

    host: WritingHost
    server: SimulatorServer
    connection: HostConnection
    clock: HostClock
    interruption: Interruption
    said: list[str] = field(default_factory=list)
    elapsed: float = 0.0

    def watch(self, timeout: float | None = None) -> Watch:
        return Watch(self.clock, self.interruption, self.said.append, lambda: self.elapsed, timeout)

    def upload(self, content: bytes, path: str = "C:\\up\\a.bin", **options: Any) -> Sent:
        source = of_bytes(content, "a.bin")
        return upload(self.connection, source, path, self.watch(), **options)

    def download(self, dest: Path, path: str = "C:\\up\\a.bin", **options: Any) -> Sent:
        return download(self.connection, path, dest, self.watch(), **options)

    def folder(self, here: Path, path: str = "C:\\tree", **options: Any) -> FolderSent:
        check = options.pop("check", False)
        job = FolderUpload(self.connection, path, self.watch(), check=check)
        return job.run(here, "tree", **{"remove_extra": False, **options})

    def fetch_folder(self, dest: Path, path: str = "C:\\tree", **options: Any) -> FolderSent:
        check = options.pop("check", False)
        job = FolderDownload(self.connection, path, dest, "back", self.watch(), check=check)
        return job.run(**{"remove_extra": False, **options})

    def before_batch(self, number: int, act: Callable[[], Any]) -> None:
        """Do something before that many batches of pieces, counted from 1, were carried."""
        carry, seen = self.connection.try_many, 0

        def watched(operations: Any, **options: Any) -> Any:
            nonlocal seen
            seen += isinstance(operations[0], FileWrite | FileRead)
            if seen == number and isinstance(operations[0], FileWrite | FileRead):
                del self.connection.try_many
                act()
            return carry(operations, **options)

        self.connection.try_many = watched  # type: ignore[method-assign]

    def put(self, content: bytes, path: str) -> None:
        """Put a file on the host by hand."""
        self.part(content, path)
        sha256 = of_bytes(content, "x").sha256()
        self.connection.call(FileCommit(path=path, sha256=sha256))
        self.host.operations.clear()

    def part(self, content: bytes, path: str = "C:\\up\\a.bin") -> None:
        """Leave a part of a file on the host."""
        text = base64.b64encode(content).decode()
        self.connection.call(FileWrite(path=path, offset=0, content=text))
        self.host.operations.clear()

    def sha256(self, path: str) -> str | None:
        return self.connection.call(FileStat(path=path, hash=True)).sha256

    def count(self, operation: str) -> int:
        return self.host.operations.count(operation)


@pytest.fixture
def bench() -> Iterator[Callable[..., Bench]]:
    """Makes hosts with a connection; all are closed at the end."""
    made: list[Bench] = []

    def make(*, faults: FaultSchedule | None = None, speed: float = 1.0, **knobs: Any) -> Bench:
        host = WritingHost(SimulateSettings(speed=speed, **knobs))
        host.operations = []
        server = SimulatorServer(host, accounts={"Administrator": PASSWORD}, faults=faults)
        server.start()
        settings = WinRMSettings(
            address="127.0.0.1", port=server.port, scheme=Scheme.HTTP, auth=Authentication.BASIC
        )
        clock = HostClock(speed)
        interruption = Interruption(clock)
        connector = WinRMConnector(settings, "127.0.0.1", server.port, Secret(PASSWORD))
        connection = HostConnection(connector, clock, Emitter("lab-01", []), interruption)
        made.append(Bench(host, server, connection, clock, interruption))
        connection.open(60 * speed)
        host.operations.clear()
        return made[-1]

    yield make
    for one in made:
        one.connection.close()
        one.server.stop()
        one.host.spool.close()


@pytest.fixture
def noise() -> Callable[[int], bytes]:
    """Makes bytes that nothing compresses, the same ones every time."""
    return lambda length: random.Random(length).randbytes(length)
