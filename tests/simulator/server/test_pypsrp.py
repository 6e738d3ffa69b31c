"""pypsrp's WinRS half, which is another implementation of the client."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pypsrp.exceptions import AuthenticationError, WSManFaultError
    from pypsrp.powershell import RunspacePool
    from pypsrp.shell import Process, SignalCode, WinRS
    from pypsrp.wsman import WSMan


@pytest.fixture
def reach() -> Iterator[Callable[..., WSMan]]:
    opened: list[WSMan] = []

    def make(server: Any, auth: str, **options: Any) -> WSMan:
        client = WSMan(
            "127.0.0.1",
            port=server.port,
            username="Administrator",
            password=options.pop("password", "Pass:wörd, 17"),
            auth=auth,
            ssl=server.ca_path is not None,
            cert_validation=str(server.ca_path) if server.ca_path else False,
            no_proxy=True,
            operation_timeout=options.pop("operation_timeout", 5),
            **options,
        )
        opened.append(client)
        return client

    yield make
    for client in opened:
        client.close()


@pytest.mark.parametrize("auth", ["negotiate", "ntlm", "basic"])
@pytest.mark.parametrize("which", ["server", "secure_server"])
def test_a_process(
    request: pytest.FixtureRequest, reach: Callable[..., WSMan], auth: str, which: str
) -> None:
    server = request.getfixturevalue(which)
    options = {"encryption": "never"} if (auth, which) == ("basic", "server") else {}
    with WinRS(reach(server, auth, **options)) as shell:
        process = Process(shell, "echo", ["one", "two"])
        process.invoke()
        process.signal(SignalCode.CTRL_C)
        assert (process.stdout, process.rc) == (b"one two", 3)
        state = shell._get_shell()
        assert state["ShellId"] == shell.id


@pytest.mark.parametrize("auth", ["negotiate", "ntlm"])
def test_a_wrong_password(server: Any, reach: Callable[..., WSMan], auth: str) -> None:
    with pytest.raises(AuthenticationError):
        WinRS(reach(server, auth, password="wrong")).open()


def test_the_configuration_and_the_larger_envelope(
    server: Any, reach: Callable[..., WSMan]
) -> None:
    client = reach(server, "negotiate")
    client.update_max_payload_size()
    assert client.max_envelope_size == 500 * 1024
    with WinRS(client) as shell:
        process = Process(shell, "flood", ["400000"])
        process.begin_invoke()
        process.poll_invoke()
        assert len(process.stdout) > 350_000
        process.end_invoke()
        assert (len(process.stdout), process.stderr) == (400_000, b"drip")


def test_a_client_may_name_its_shell_and_command(server: Any, reach: Callable[..., WSMan]) -> None:
    client = reach(server, "ntlm")
    name = "5D1A36C8-3D5C-4F1B-9C2D-0A4A4A0E6A11"
    with WinRS(client, id=name) as shell:
        assert shell.id == name
        response = shell.command("hostname", [], command_id=name)
        assert name in "".join(response.itertext())


def test_powershell_remoting_is_refused_honestly(server: Any, reach: Callable[..., WSMan]) -> None:
    with pytest.raises(WSManFaultError, match="no PowerShell remoting endpoint"):
        RunspacePool(reach(server, "ntlm")).open()
