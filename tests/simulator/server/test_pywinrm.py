"""pywinrm, as others use it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
import winrm
from winrm.exceptions import (
    InvalidCredentialsError,
    WinRMOperationTimeoutError,
    WinRMTransportError,
    WSManFaultError,
)
from winrm.protocol import Protocol

from provision.simulator.settings import ServerSettings
from provision.simulator.thread import SimulatorServer

Connect = Callable[..., Protocol]


def run(protocol: Protocol, command: str, *arguments: str) -> tuple[bytes, bytes, int]:
    session = winrm.Session("unused", auth=("x", "x"))
    session.protocol = protocol
    answer = session.run_cmd(command, arguments)
    return answer.std_out, answer.std_err, answer.status_code


@pytest.mark.parametrize("transport", ["basic", "ntlm"])
def test_run_command_over_http(server: SimulatorServer, connect: Connect, transport: str) -> None:
    protocol = connect(server, transport)
    assert run(protocol, "hostname") == (b"WIN-TINY\r\n", b"", 0)
    assert (protocol.transport.encryption is not None) == (transport == "ntlm")


@pytest.mark.parametrize("transport", ["ssl", "ntlm"])
def test_run_command_over_https(
    secure_server: SimulatorServer, connect: Connect, transport: str
) -> None:
    protocol = connect(secure_server, transport)
    assert run(protocol, "echo", "one", '"two three"') == (b"one two three", b"", 3)


def test_https_is_refused_without_the_authority(
    secure_server: SimulatorServer, connect: Connect
) -> None:
    protocol = connect(secure_server, "ssl")
    protocol.transport.ca_trust_path = None
    with pytest.raises(requests.exceptions.SSLError):
        protocol.open_shell()


@pytest.mark.parametrize("transport", ["basic", "ntlm"])
@pytest.mark.parametrize(
    "wrong",
    [{"password": "wrong"}, {"username": "nobody"}, {"username": "ELSEWHERE\\Administrator"}],
)
def test_wrong_logins_get_401(
    server: SimulatorServer, connect: Connect, transport: str, wrong: dict[str, str]
) -> None:
    with pytest.raises(InvalidCredentialsError):
        connect(server, transport, **wrong).open_shell()


@pytest.mark.parametrize("transport", ["basic", "ntlm"])
def test_the_hosts_own_name_is_a_domain(
    server: SimulatorServer, connect: Connect, transport: str
) -> None:
    connect(server, transport, username="win-tiny\\ADMINISTRATOR").open_shell()


def test_two_servers_have_their_own_accounts(serve: Callable[..., Any], connect: Connect) -> None:
    one, two = serve(accounts={"same": "first"}), serve(accounts={"same": "second"})
    for server, right, wrong in ((one, "first", "second"), (two, "second", "first")) * 2:
        connect(server, username="same", password=right).open_shell()
        with pytest.raises(InvalidCredentialsError):
            connect(server, username="same", password=wrong).open_shell()


def test_logins_are_refused_while_accounts_are_down(
    server: SimulatorServer, machine: Any, connect: Connect
) -> None:
    protocol = connect(server)
    protocol.open_shell()
    server.call(lambda: machine.set_power(accounts=False))
    with pytest.raises(InvalidCredentialsError):
        protocol.open_shell()
    with pytest.raises(InvalidCredentialsError):
        connect(server).open_shell()
    server.call(lambda: machine.set_power(accounts=True))
    connect(server).open_shell()


def test_plain_text_is_refused_when_so_configured(
    serve: Callable[..., Any], connect: Connect
) -> None:
    server = serve(settings=ServerSettings(allow_unencrypted=False))
    with pytest.raises(InvalidCredentialsError):
        connect(server, "basic").open_shell()
    with pytest.raises(WinRMTransportError) as refused:
        connect(server, message_encryption="never").open_shell()
    assert refused.value.code == 500
    connect(server).open_shell()


def test_receive_times_out_and_can_be_asked_again(
    agent: Any, server: Any, connect: Connect
) -> None:
    client = agent(connect(server, operation_timeout_sec=1))
    started = time.monotonic()
    with pytest.raises(WinRMOperationTimeoutError):
        client.answers()
    assert time.monotonic() - started >= 0.99


def test_an_unknown_shell_or_command_is_a_fault(server: Any, connect: Connect) -> None:
    protocol = connect(server)
    with pytest.raises(WSManFaultError) as gone:
        protocol.run_command("00000000-0000-0000-0000-000000000000", "hostname")
    assert gone.value.wsman_fault_code == 2150858843
    assert gone.value.fault_subcode == "w:InvalidSelectors"
    with pytest.raises(WSManFaultError) as unknown:
        protocol.get_command_output_raw(protocol.open_shell(), "no-such-command")
    assert unknown.value.wsman_fault_code == 87


def test_a_deleted_shell_is_gone_with_its_agent(agent: Any) -> None:
    client = agent()
    client.protocol.close_shell(client.shell, close_session=False)
    with pytest.raises(WSManFaultError) as gone:
        client.send(b"\n")
    assert gone.value.wsman_fault_code == 2150858843


def test_a_shell_belongs_to_its_user(serve: Callable[..., Any], connect: Connect) -> None:
    server = serve(accounts={"one": "1", "two": "2"})
    shell = connect(server, username="one", password="1").open_shell()
    with pytest.raises(WSManFaultError) as gone:
        connect(server, username="two", password="2").run_command(shell, "hostname")
    assert gone.value.wsman_fault_code == 2150858843


def test_terminate_aborts_and_removes_a_command(agent: Any) -> None:
    client = agent()
    client.protocol.cleanup_command(client.shell, client.command)
    with pytest.raises(WSManFaultError) as unknown:
        client.answers()
    assert unknown.value.wsman_fault_code == 87


def test_the_31st_shell_of_a_user_is_refused(server: Any, connect: Connect) -> None:
    protocol = connect(server, "basic")
    shells = [protocol.open_shell() for _ in range(30)]
    with pytest.raises(WSManFaultError) as refused:
        protocol.open_shell()
    assert refused.value.wsman_fault_code == 2150859173
    assert refused.value.fault_subcode == "w:QuotaLimit"
    protocol.close_shell(shells[0], close_session=False)
    protocol.open_shell()


@pytest.mark.parametrize("transport", ["basic", "ntlm"])
def test_input_up_to_the_envelope_limit(
    agent: Any, server: Any, connect: Connect, transport: str
) -> None:
    client = agent(connect(server, transport))
    client.send(b" " * 369_999 + b"\n")
    with pytest.raises(WinRMTransportError) as too_large:
        client.send(b" " * 390_000)
    assert too_large.value.code == 413


@pytest.mark.parametrize("transport", ["basic", "ntlm"])
def test_output_comes_in_envelopes_of_the_clients_size(
    server: Any, connect: Connect, transport: str
) -> None:
    protocol = connect(server, transport)
    shell = protocol.open_shell()
    command = protocol.run_command(shell, "flood", ["300000"])
    sizes, done = [], False
    while not done:
        stdout, stderr, code, done = protocol.get_command_output_raw(shell, command)
        sizes.append(len(stdout) + len(stderr))
    assert code == 0
    assert sum(sizes) == 300_004
    assert max(sizes) * 4 / 3 < 153_600


def test_an_unknown_program_fails_as_on_a_real_host(server: Any, connect: Connect) -> None:
    protocol = connect(server)
    stdout, stderr, code = run(protocol, "frobnicate", "-x")
    assert (stdout, code) == (b"", 1)
    assert stderr.startswith(b"'frobnicate' is not recognized as an internal or external command")
    with pytest.raises(WSManFaultError) as missing:
        protocol.run_command(protocol.open_shell(), "frobnicate", skip_cmd_shell=True)
    assert missing.value.wsman_fault_code == 2


def test_cmd_is_looked_through(server: Any, connect: Connect) -> None:
    assert run(connect(server), "cmd.exe", "/c", "hostname")[0] == b"WIN-TINY\r\n"


def test_idle_shells_go(serve: Callable[..., Any], connect: Connect) -> None:
    server = serve(settings=ServerSettings(shell_idle_seconds=0.2))
    protocol = connect(server)
    shell = protocol.open_shell()
    time.sleep(0.5)
    with pytest.raises(WSManFaultError) as gone:
        protocol.run_command(shell, "hostname")
    assert gone.value.wsman_fault_code == 2150858843
