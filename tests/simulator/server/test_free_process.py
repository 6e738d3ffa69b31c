"""PowerShell that is not our agent: a real engine, or an honest refusal."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import pytest
import winrm
from winrm.exceptions import WSManFaultError

from provision.simulator.settings import ServerSettings

ENGINE = shutil.which("pwsh") or shutil.which("powershell")
needs_engine = pytest.mark.skipif(ENGINE is None, reason="no pwsh or powershell on PATH")


@pytest.fixture
def session(server: Any, connect: Any) -> winrm.Session:
    session = winrm.Session("unused", auth=("x", "x"))
    session.protocol = connect(server)
    return session


def test_without_an_engine_the_refusal_says_so(
    session: winrm.Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WSManFaultError, match="none is on PATH") as refused:
        session.run_ps("1 + 1")
    assert refused.value.wsman_fault_code == 50


def test_it_can_be_forbidden(serve: Any, connect: Any) -> None:
    protocol = connect(serve(settings=ServerSettings(free_powershell=False)))
    with pytest.raises(WSManFaultError, match="This is a simulated host"):
        protocol.run_command(protocol.open_shell(), "powershell", ["-Command", "1"])


@pytest.mark.parametrize("arguments", [[], ["-"], ["-NoProfile"], ["-File", "x.ps1"], ["-Command"]])
@needs_engine
def test_only_commands_are_served(session: winrm.Session, arguments: list[str]) -> None:
    with pytest.raises(WSManFaultError, match="-EncodedCommand or -Command"):
        session.run_cmd("powershell", arguments)


@needs_engine
@pytest.mark.powershell
@pytest.mark.parametrize(
    ("script", "output", "code"),
    [
        ("'a' + 1; exit 7", b"a1", 7),
        ("param($x = 5) $x * 2", b"10", 0),
        ('try { Restart-Computer -Force } catch { "$_" }', b"a simulated host restarts", 0),
        ("Stop-Computer -ErrorAction Stop", b"", 1),
    ],
)
def test_scripts_run_in_a_real_engine(
    session: winrm.Session, script: str, output: bytes, code: int
) -> None:
    answer = session.run_ps(script)
    assert answer.std_out.strip().startswith(output)
    assert answer.status_code == code


@needs_engine
@pytest.mark.powershell
def test_input_streams_into_a_script(server: Any, connect: Any) -> None:
    protocol = connect(server)
    shell = protocol.open_shell()
    command = protocol.run_command(
        shell,
        "powershell",
        ["-NoProfile", "-Command", '"$input | ForEach-Object { $_.ToUpper() }"'],
    )
    protocol.send_command_input(shell, command, b"one\n")
    stdout, _, _, done = protocol.get_command_output_raw(shell, command)
    assert (stdout.strip(), done) == (b"ONE", False)
    protocol.send_command_input(shell, command, b"two\n", end=True)
    stdout, _, code = protocol.get_command_output(shell, command)
    assert (stdout.strip(), code) == (b"TWO", 0)


@needs_engine
@pytest.mark.powershell
@pytest.mark.parametrize("how", ["terminate", "delete", "stop"])
def test_a_process_ends_with_its_command_shell_and_server(
    server: Any, connect: Any, how: str
) -> None:
    protocol = connect(server)
    shell = protocol.open_shell()
    script = "[Console]::Out.WriteLine($PID); Start-Sleep 600"
    command = protocol.run_command(shell, "powershell", ["-Command", f'"{script}"'])
    stdout, _, _, _ = protocol.get_command_output_raw(shell, command)
    process = int(stdout)
    if how == "terminate":
        protocol.cleanup_command(shell, command)
    elif how == "delete":
        protocol.close_shell(shell)
    else:
        server.stop()
    deadline = time.monotonic() + 10
    while is_alive(process):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_alive(process: int) -> bool:
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace")
        return stat.rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
