"""Both sides of the contract, and a small server on loopback that is their internet."""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))


class Internet(ThreadingHTTPServer):
    """Serves texts by their names."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Page)
        self.pages: dict[str, str] = {}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Page(BaseHTTPRequestHandler):
    server: Internet

    def do_GET(self) -> None:
        text = self.server.pages.get(self.path.lstrip("/"))
        body = (text or "").encode()
        self.send_response(200 if text is not None else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def internet() -> Iterator[Internet]:
    server = Internet()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def simulator() -> Iterator[Any]:
    from simulator_side import SimulatorSide

    side = SimulatorSide()
    yield side
    side.close()


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from engine_host import EngineHost
    from engine_side import EngineSide

    if not shutil.which("powershell"):
        pytest.skip("needs a PowerShell engine named `powershell` on PATH")
    side = EngineSide(EngineHost(tmp_path_factory.mktemp("engine")))
    yield side
    side.close()


@pytest.fixture(scope="session")
def over_ssh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The engine again, at the other end of an SSH connection."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "transport"))
    from engine_side import EngineSide
    from ssh_engine import host_over_ssh
    from ssh_server import NO_SSHD, Sshd

    if NO_SSHD or not shutil.which("powershell"):
        pytest.skip(NO_SSHD or "needs a PowerShell engine named `powershell` on PATH")
    sshd = Sshd(tmp_path_factory.mktemp("ssh") / "server")
    side = EngineSide(host_over_ssh(sshd.folder.parent / "engine", sshd))
    yield side
    side.close()
    sshd.stop()
