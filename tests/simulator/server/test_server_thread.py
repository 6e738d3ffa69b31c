"""The server in a thread, in the foreground, and what it leaves behind."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from winrm.protocol import Protocol

from provision.model.host import Scheme
from provision.simulator.certificates import make_server_certificate
from provision.simulator.server import Server, serve
from provision.simulator.thread import SimulatorServer


def test_start_reports_a_taken_port(serve: Callable[..., Any]) -> None:
    taken = socket.create_server(("127.0.0.1", 0))
    with taken, pytest.raises(OSError, match="in use"):
        serve(port=taken.getsockname()[1])


def test_stop_frees_the_port_and_can_be_called_twice(serve: Callable[..., Any]) -> None:
    server = serve()
    port, threads = server.port, threading.active_count()
    server.stop()
    server.stop()
    assert threading.active_count() == threads - 1
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_it_starts_closed_and_keeps_its_port(machine: Any, serve: Callable[..., Any]) -> None:
    machine.set_power(listening=False)
    server = serve()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port))
    server.call(lambda: machine.set_power(listening=True))
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", server.port)).close()
            return
        except ConnectionRefusedError:
            assert time.monotonic() < deadline


def test_passwords_stand_in_no_file_and_the_file_goes(
    serve: Callable[..., Any], connect: Callable[..., Protocol]
) -> None:
    before = os.environ.get("NTLM_USER_FILE")
    server = serve()
    connect(server).open_shell()
    accounts = Path(os.environ["NTLM_USER_FILE"])
    text = accounts.read_text(encoding="utf-8")
    assert "administrator" in text
    assert "Pass:w" not in text
    assert stat.S_IMODE(accounts.stat().st_mode) == 0o600
    server.stop()
    assert not accounts.parent.exists()
    assert os.environ.get("NTLM_USER_FILE") == before


def test_an_idle_server_uses_no_processor_time(agent: Callable[..., Any]) -> None:
    agent()
    before = time.process_time()
    time.sleep(0.5)
    assert time.process_time() - before < 0.1


def test_its_certificate_is_good_for_every_loopback_name(serve: Callable[..., Any]) -> None:
    server = serve(scheme=Scheme.HTTPS, certificate=make_server_certificate("win.example.com"))
    context = ssl.create_default_context(cafile=str(server.ca_path))
    for name in ("localhost", "127.0.0.1", "::1", "win.example.com"):
        with (
            socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname=name) as secure,
        ):
            assert secure.version() in ("TLSv1.2", "TLSv1.3")
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        context.wrap_socket(plain, server_hostname="other.example.com")


def test_a_plain_client_on_the_secure_port_is_cut(secure_server: SimulatorServer) -> None:
    with socket.create_connection(("127.0.0.1", secure_server.port), timeout=10) as plain:
        plain.sendall(b"POST /wsman HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"HTTP/" not in plain.recv(100)
    with socket.create_connection(("127.0.0.1", secure_server.port), timeout=10):
        pass


def test_in_the_foreground(machine: Any) -> None:
    ready: list[Server] = []
    finished = threading.Event()
    loops: list[Any] = []

    async def main() -> None:
        task = asyncio.current_task()
        loops.append((asyncio.get_running_loop(), task))
        await serve(machine, {"u": "p"}, ready=ready.append)

    def run() -> None:
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(main())
        finished.set()

    thread = threading.Thread(target=run)
    thread.start()
    deadline = time.monotonic() + 10
    while not ready:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    protocol = Protocol(
        ready[0].endpoint,
        transport="ntlm",
        username="u",
        password="p",
        proxy=None,
        ca_trust_path=None,
    )
    protocol.open_shell()
    protocol.transport.close_session()
    loop, task = loops[0]
    loop.call_soon_threadsafe(task.cancel)
    thread.join(10)
    assert finished.is_set()


def test_a_machine_that_breaks_closes_the_port(
    machine: Any, serve: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve()

    def broken() -> None:
        raise RuntimeError("the world is broken")

    monkeypatch.setattr(machine, "power", broken)
    server.call(lambda: [waiter.set() for waiter in machine.waiters])
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", server.port)).close()
        except ConnectionRefusedError:
            break
        assert time.monotonic() < deadline
        time.sleep(0.01)
