"""Other tools' ways of sending a file, for `transfer`: the tools themselves where they can run."""

from __future__ import annotations

import base64
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from benchmarks.far_side import PASSWORD, USER

PIECE = 250_000
RUN_PS_PIECE = 2_000
"""Raw bytes whose script fits cmd's 8,191 characters, as base64 of UTF-16."""

_SINK = (
    "$f=[IO.File]::Create('{path}');"
    "$input|ForEach-Object{{$b=[Convert]::FromBase64String($_);$f.Write($b,0,$b.Length)}};"
    "$f.Dispose()"
)
_APPEND = (
    "$b=[Convert]::FromBase64String('{text}');"
    "$f=[IO.File]::Open('{path}','Append');$f.Write($b,0,$b.Length);$f.Dispose()"
)


class CannotRun(Exception):
    """The tool is not here, or cannot do it at this endpoint."""


def one_process(port: int, source: Path, folder: Path) -> int:
    """Send base64 lines into one PowerShell's input with pywinrm, as Ansible's `win_copy` does."""
    from winrm.protocol import Protocol

    _needs_powershell()
    target = folder / "far" / "sunk"
    script = base64.b64encode(_SINK.format(path=target).encode("utf-16-le")).decode()
    protocol = Protocol(_url(port), transport="basic", username=USER, password=PASSWORD)
    shell = protocol.open_shell()
    try:
        command = protocol.run_command(
            shell, "powershell", ["-NoProfile", "-NonInteractive", "-EncodedCommand", script],
            console_mode_stdin=False, skip_cmd_shell=True,
        )  # fmt: skip
        left = source.stat().st_size
        with source.open("rb") as stream:
            while piece := stream.read(PIECE):
                left -= len(piece)
                line = base64.b64encode(piece) + b"\r\n"
                protocol.send_command_input(shell, command, line, end=left == 0)
        protocol.get_command_output(shell, command)
        protocol.cleanup_command(shell, command)
    finally:
        protocol.close_shell(shell)
    return _checked(source.read_bytes(), target)


def many_commands(port: int, source: Path, folder: Path) -> int:
    """Append piece by piece, each with a `run_ps` of its own."""
    import winrm

    _needs_powershell()
    target = folder / "far" / "appended"
    target.unlink(missing_ok=True)
    session = winrm.Session(_url(port), auth=(USER, PASSWORD), transport="basic")
    content = source.read_bytes()[: 5 * RUN_PS_PIECE]
    for start in range(0, len(content), RUN_PS_PIECE):
        text = base64.b64encode(content[start : start + RUN_PS_PIECE]).decode()
        answer = session.run_ps(_APPEND.format(text=text, path=target))
        if answer.status_code != 0:
            raise CannotRun(f"run_ps: {answer.std_err!r}")
    return _checked(content, target)


def winrmcp(port: int, source: Path, folder: Path) -> int:
    """Run Debian's `winrmcp`, the Go client of Packer; the server's folder is where it puts it."""
    program = shutil.which("winrmcp")
    if program is None:
        raise CannotRun("no `winrmcp` on PATH (Debian's package of that name)")
    _needs_powershell()
    content = source.read_bytes()[:200_000]
    small, target = folder / "small", folder / "far" / "small"
    small.write_bytes(content)
    target.unlink(missing_ok=True)
    done = subprocess.run(
        [program, "-user", USER, "-pass", PASSWORD, "-addr", f"127.0.0.1:{port}",
         str(small), target.name],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if not target.exists():
        told = (done.stdout + done.stderr).strip().splitlines()
        raise CannotRun(f"winrmcp: {told[-1][:200] if told else done.returncode}")
    return _checked(content, target)


def pypsrp(port: int, source: Path, _folder: Path) -> int:
    """Copy with pypsrp's own client, which needs PowerShell remoting at the other end."""
    from pypsrp.client import Client
    from pypsrp.exceptions import WinRMError

    client = Client(
        "127.0.0.1", port=port, ssl=False, auth="basic", username=USER, password=PASSWORD,
        encryption="never",
    )  # fmt: skip
    try:
        with client:
            client.copy(str(source), "C:\\copied")
    except WinRMError as error:
        reason = str(error).partition("Reason: ")[2] or str(error)
        raise CannotRun(f"refused: {reason[:105]}") from None
    return source.stat().st_size


PEERS: tuple[tuple[str, Callable[[int, Path, Path], int]], ...] = (
    ("Ansible's manner: lines into one PowerShell, random", one_process),
    ("pypsrp's Client.copy, random", pypsrp),
    ("winrmcp, 200 kB of random", winrmcp),
    ("pywinrm's run_ps for every 2 kB, random", many_commands),
)


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}/wsman"


def _needs_powershell() -> None:
    if not shutil.which("powershell"):
        raise CannotRun("no `powershell` on PATH for the host to run")


def _checked(content: bytes, target: Path) -> int:
    if target.read_bytes() != content:
        raise CannotRun("what arrived is something else")
    return len(content)
