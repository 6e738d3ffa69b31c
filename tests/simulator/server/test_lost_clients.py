"""Clients that go away in the middle of a Receive, and a host that goes away under its clients."""

from __future__ import annotations

import base64
import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from winrm.exceptions import WSManFaultError

from provision.agent.frame import Request, encode_request

RECEIVE = """<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"><s:Header>
<a:Action>http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Receive</a:Action>
<w:ResourceURI>http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd</w:ResourceURI>
<w:OperationTimeout>PT60S</w:OperationTimeout>
<w:SelectorSet><w:Selector Name="ShellId">{shell}</w:Selector></w:SelectorSet>
</s:Header><s:Body><r:Receive xmlns:r="http://schemas.microsoft.com/wbem/wsman/1/windows/shell">
<r:DesiredStream CommandId="{command}">stdout stderr</r:DesiredStream></r:Receive></s:Body>
</s:Envelope>"""


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def pending(server: Any) -> int:
    """How many requests are being served inside shells right now."""
    shells = server._server._shells._shells
    return int(server.call(lambda: sum(shell.busy for shell in shells.values())))


def receive_and_wait(server: Any, client: Any) -> socket.socket:
    """Send a Receive over a bare socket; returns when the server waits in it."""
    body = RECEIVE.format(shell=client.shell, command=client.command).encode()
    login = base64.b64encode(b"Administrator:" + "Pass:wörd, 17".encode()).decode()
    sock = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    head = (
        f"POST /wsman HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {login}\r\n"
        f"Content-Type: application/soap+xml\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    sock.sendall(head.encode() + body)
    until(lambda: pending(server) == 1)
    return sock


@pytest.mark.parametrize("how", ["fin", "rst"])
def test_a_client_that_went_away_takes_no_output(server: Any, agent: Any, how: str) -> None:
    client = agent()
    lost = receive_and_wait(server, client)
    if how == "rst":
        lost.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    lost.close()
    until(lambda: pending(server) == 0)
    client.send(encode_request(Request(1, "exec", {"program": "mine"})))
    [answer] = client.answers()
    assert answer.payload["result"]["stdout"] == "mine"


def test_a_client_that_stays_gets_the_output_at_once(server: Any, agent: Any) -> None:
    client = agent()
    waiting = receive_and_wait(server, client)
    client.send(encode_request(Request(1, "exec", {"program": "x"})))
    with waiting:
        assert b"ReceiveResponse" in waiting.recv(65536)


def test_two_clients_at_once(server: Any, agent: Any, connect: Any, machine: Any) -> None:
    one, two = agent(connect(server, "ntlm")), agent(connect(server, "basic"))
    for number in range(1, 20):
        for client, name in ((one, "one"), (two, "two")):
            client.send(encode_request(Request(number, "exec", {"program": f"{name}{number}"})))
        for client, name in ((two, "two"), (one, "one")):
            [answer] = client.answers()
            assert answer.payload["result"]["stdout"] == f"{name}{number}"
    assert len(machine.performed) == 38


def test_a_restart_cuts_connections_and_ends_shells(
    server: Any, agent: Any, connect: Any, machine: Any
) -> None:
    client = agent()
    port = server.port
    waiting = receive_and_wait(server, client)
    server.call(lambda: machine.set_power(listening=False))
    with waiting, pytest.raises(ConnectionResetError):
        waiting.recv(1)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=10)
    with pytest.raises(requests.exceptions.ConnectionError):
        client.send(b"\n")
    server.call(lambda: machine.set_power(listening=True, boot=2))
    until(lambda: can_connect(port))
    assert server.port == port
    again = connect(server)
    with pytest.raises(WSManFaultError) as gone:
        again.send_command_input(client.shell, client.command, b"\n")
    assert gone.value.wsman_fault_code == 2150858843
    agent()


def test_a_network_that_was_down_leaves_shells_alive(server: Any, agent: Any, machine: Any) -> None:
    client = agent()
    server.call(lambda: machine.set_power(listening=False))
    until(lambda: not can_connect(server.port))
    server.call(lambda: machine.set_power(listening=True))
    until(lambda: can_connect(server.port))
    client.protocol.transport.close_session()
    client.send(encode_request(Request(1, "exec", {"program": "still here"})))
    [answer] = client.answers()
    assert answer.payload["result"]["stdout"] == "still here"


def test_shells_end_when_the_host_goes_off(server: Any, agent: Any, machine: Any) -> None:
    agent()
    server.call(lambda: machine.set_power(listening=False, accounts=False))
    until(lambda: server.call(lambda: len(server._server._shells)) == 0)


def test_a_new_boot_without_a_closed_port_ends_shells_too(
    server: Any, agent: Any, connect: Any, machine: Any
) -> None:
    client = agent()
    server.call(lambda: machine.set_power(boot=2))
    until(lambda: server.call(lambda: len(server._server._shells)) == 0)
    until(lambda: can_connect(server.port))
    with pytest.raises(WSManFaultError):
        connect(server).send_command_input(client.shell, client.command, b"\n")


def test_work_in_progress_ends_with_the_boot(server: Any, agent: Any, machine: Any) -> None:
    client = agent()
    machine.delay = 0.3
    client.send(encode_request(Request(1, "exec", {"program": "long"})) * 2)
    until(lambda: machine.performed == ["long"])
    server.call(lambda: machine.set_power(listening=False))
    client.protocol.transport.close_session()
    server.call(lambda: machine.set_power(listening=True, boot=2))
    time.sleep(0.4)
    assert machine.performed == ["long"]


def test_no_client_is_left_hanging_by_a_port_that_closes_and_opens(
    server: Any, machine: Any
) -> None:
    outcomes: set[str] = set()
    stop = threading.Event()

    def hammer() -> None:
        while not stop.is_set():
            outcomes.add(ask(server.port))

    threads = [threading.Thread(target=hammer) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(100):
        server.call(lambda: machine.set_power(listening=bool(number % 2)))  # noqa: B023
        time.sleep(0.005)
    stop.set()
    for thread in threads:
        thread.join()
    assert "hangs" not in outcomes
    assert {"answered", "refused"} <= outcomes


def ask(port: int) -> str:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            return "answered" if client.recv(100) else "cut"
    except ConnectionRefusedError:
        return "refused"
    except ConnectionError:
        return "cut"
    except TimeoutError:
        return "hangs"


def can_connect(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=10).close()
    except ConnectionRefusedError:
        return False
    return True
