"""pywinrm, as others use it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests
import winrm
from winrm.exceptions import InvalidCredentialsError, WinRMOperationTimeoutError, WSManFaultError
from winrm.protocol import Protocol

from provision.simulator.settings import ServerSettings
from provision.simulator.thread import SimulatorServer


@pytest.mark.parametrize("transport", ["basic", "ntlm"])
def test_run_command_over_http(
    server: SimulatorServer, connect: Callable[..., Protocol], transport: str
) -> None:
    protocol = connect(server, transport)
    session = winrm.Session("unused", auth=("x", "x"))
    session.protocol = protocol
    answer = session.run_cmd("hostname")
    assert (answer.std_out, answer.std_err, answer.status_code) == (b"WIN-TINY\r\n", b"", 0)
    assert (protocol.transport.encryption is not None) == (transport == "ntlm")


@pytest.mark.parametrize("transport", ["ssl", "ntlm"])
def test_run_command_over_https(
    secure_server: SimulatorServer, connect: Callable[..., Protocol], transport: str
) -> None:
    session = winrm.Session("unused", auth=("x", "x"))
    session.protocol = connect(secure_server, transport)
    assert session.run_cmd("echo", ["one", '"two three"']).std_out == b"one two three"
    assert session.run_cmd("echo").status_code == 3
