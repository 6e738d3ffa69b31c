"""The server in a background thread of a process that has other things to do."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from provision.model.host import Scheme
from provision.simulator.certificates import ServerCertificate
from provision.simulator.faults import FaultSchedule
from provision.simulator.machine import Machine
from provision.simulator.server import Server
from provision.simulator.settings import ServerSettings

T = TypeVar("T")


class SimulatorServer:
    """A simulated host's WinRM service in a thread of its own.

    The machine belongs to that thread from `start` to `stop`; use `call` to ask it something.

    Args:
        accounts: Passwords by user name.
        port: 0 takes a free one.
        certificate: For https; a new one is made when left out.
        faults: What goes wrong, and when.
    """

    def __init__(
        self,
        machine: Machine,
        *,
        accounts: Mapping[str, str],
        scheme: Scheme = Scheme.HTTP,
        host: str = "127.0.0.1",
        port: int = 0,
        certificate: ServerCertificate | None = None,
        faults: FaultSchedule | None = None,
        settings: ServerSettings | None = None,
    ) -> None:
        self._machine = machine
        self._accounts = accounts
        self._scheme = scheme
        self._host = host
        self._port = port
        self._certificate = certificate
        self._faults = faults
        self._settings = settings
        self._server: Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self._folder: Path | None = None

    def __enter__(self) -> SimulatorServer:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """The port, once started."""
        return self._running().port

    @property
    def endpoint(self) -> str:
        """The URL that clients use, once started."""
        return self._running().endpoint

    @property
    def ca_path(self) -> Path | None:
        """A PEM file of the authority that clients must trust; None without https."""
        return self._folder / "ca.pem" if self._folder else None

    def start(self) -> None:
        """Start the thread; returns when the port is taken.

        Raises:
            OSError: The port cannot be had.
        """
        started = threading.Event()
        failure: list[BaseException] = []

        async def run() -> None:
            server = Server(
                self._machine,
                self._accounts,
                scheme=self._scheme,
                host=self._host,
                port=self._port,
                certificate=self._certificate,
                faults=self._faults,
                settings=self._settings,
            )
            await server.start()
            self._server = server
            self._loop = asyncio.get_running_loop()
            self._stopping = asyncio.Event()
            started.set()
            try:
                await self._stopping.wait()
            finally:
                await server.stop()

        def main() -> None:
            try:
                asyncio.run(run())
            except BaseException as error:
                failure.append(error)
            finally:
                started.set()

        self._thread = threading.Thread(target=main, name="provision-simulator", daemon=True)
        self._thread.start()
        started.wait()
        if failure:
            self._thread.join()
            self._thread = None
            raise failure[0]
        certificate = self._running().certificate
        if self._scheme is Scheme.HTTPS and certificate is not None:
            self._folder = Path(tempfile.mkdtemp(prefix="provision-ca-"))
            (self._folder / "ca.pem").write_bytes(certificate.ca)

    def stop(self) -> None:
        """End the server and its thread; harmless when it is not running."""
        if self._thread is None or self._loop is None or self._stopping is None:
            return
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._thread = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def call(self, function: Callable[[], T]) -> T:
        """Call a function on the server's own thread, where the machine may be touched."""
        assert self._loop is not None

        async def run() -> T:
            return function()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result()

    def _running(self) -> Server:
        if self._server is None:
            raise RuntimeError("the simulator is not started")
        return self._server
