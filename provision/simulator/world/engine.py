"""Users' PowerShell of a simulated host, run by a real PowerShell of this machine when it has one.

The simulator is no PowerShell interpreter and never pretends to be one. A script runs in a folder
of its own that is removed afterwards, and keeps its records typed; what it does besides, it does to
the machine that it really runs on, so the two commands that would end that machine are replaced.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provision.agent.operations.base import ErrorRecord
from provision.simulator.world.refusal import refuse

ENGINES = ("pwsh", "powershell")
_PREFIX = b"@record "
_LINE_LIMIT = 16 * 1024 * 1024

_RUNNER = r"""
$ProgressPreference = 'SilentlyContinue'
function global:Restart-Computer { throw 'a simulated host restarts only by the agent' }
function global:Stop-Computer { throw 'a simulated host cannot be switched off' }
$request = ConvertFrom-Json -InputObject ([IO.File]::ReadAllText($env:PROVISION_RUN))
$seen = New-Object 'System.Collections.Generic.List[object]'
function Write-Line($Data) {
    $json = ConvertTo-Json -InputObject $Data -Compress -Depth 6
    $bytes = [Text.Encoding]::UTF8.GetBytes($json)
    [Console]::Out.WriteLine('@record ' + [Convert]::ToBase64String($bytes))
    [Console]::Out.Flush()
}
function Get-ErrorData($Record) {
    $script = ''
    $line = 0
    if ($Record.InvocationInfo -and $Record.InvocationInfo.ScriptName) {
        $script = [IO.Path]::GetFileName($Record.InvocationInfo.ScriptName)
        $line = [int] $Record.InvocationInfo.ScriptLineNumber
    }
    @{ message = [string] $Record.Exception.Message; id = [string] $Record.FullyQualifiedErrorId
       hresult = '0x{0:X8}' -f $Record.Exception.HResult
       category = [string] $Record.CategoryInfo.Category
       exception = $Record.Exception.GetType().FullName; script = $script; line = $line }
}
function Write-Item($Item) {
    if ($Item -is [Management.Automation.ErrorRecord]) {
        $seen.Add($Item)
        Write-Line @{ kind = 'error'; text = [string] $Item.Exception.Message
                      error = Get-ErrorData $Item }
        return
    }
    $kind = 'output'
    if ($Item -is [Management.Automation.WarningRecord]) { $kind = 'warning' }
    elseif ($Item -is [Management.Automation.InformationRecord]) { $kind = 'information' }
    elseif ($Item -is [Management.Automation.VerboseRecord]) { $kind = 'verbose' }
    $text = [string] $Item
    if ($kind -eq 'output' -and $Item -isnot [string]) {
        $text = ($Item | Out-String -Width 200).Trim("`r", "`n")
    }
    Write-Line @{ kind = $kind; text = $text; error = $null }
}
function Format-Word([string] $Word) {
    if ($Word -match '^-[A-Za-z_]\w*:?$') { return $Word }
    "'" + $Word.Replace("'", "''") + "'"
}
$words = @($request.path) + @($request.arguments)
$line = '& ' + ((@($words | Where-Object { $null -ne $_ } |
    ForEach-Object { Format-Word $_ })) -join ' ')
$threw = $false
$global:LASTEXITCODE = $null
$global:Error.Clear()
try { & ([ScriptBlock]::Create($line)) *>&1 | ForEach-Object { Write-Item $_ } }
catch { $threw = $true; Write-Item $_ }
$left = @($global:Error)
for ($i = $left.Length - 1; $i -ge 0; $i--) {
    $record = $left[$i]
    if ($record -isnot [Management.Automation.ErrorRecord]) { continue }
    if (@($seen | Where-Object { $_ -eq $record -or
            ($_.FullyQualifiedErrorId -eq $record.FullyQualifiedErrorId -and
             "$_" -eq "$record") })) { continue }
    Write-Line @{ kind = 'caught'; text = [string] $record.Exception.Message
                  error = Get-ErrorData $record }
}
Write-Line @{ kind = 'exit'; exit_code = $global:LASTEXITCODE; threw = $threw }
[Environment]::Exit(0)
"""


@dataclass(frozen=True, slots=True)
class Said:
    """One record of a script, without number and time."""

    kind: str
    text: str
    error: ErrorRecord | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a script ended."""

    exit_code: int | None = None
    threw: bool = False
    timed_out: bool = False


def find() -> str:
    """Give the path of a PowerShell.

    Raises:
        OperationRefused: There is none, which says what to do.
    """
    engine = next(filter(None, map(shutil.which, ENGINES)), None)
    if engine is None:
        raise refuse(
            "NotSupported",
            "the simulated host is no PowerShell interpreter, and there is no pwsh or powershell "
            "on PATH to run this script in: install one, or leave this task out of the rehearsal",
        )
    return engine


async def run(
    script: bytes,
    name: str,
    arguments: Sequence[str],
    *,
    timeout: float | None,
    listen: Callable[[Said], None],
) -> Ended:
    """Run a script.

    Args:
        name: Base name of the script's file.
        timeout: Real seconds; None for no limit.
        listen: Told of each record as it comes.

    Raises:
        OperationRefused: There is no PowerShell.
    """
    engine = find()
    with tempfile.TemporaryDirectory(prefix="provision-script-") as folder:
        path = Path(folder, name)
        path.write_bytes(script)
        request = Path(folder, "request.json")
        request.write_text(json.dumps({"path": str(path), "arguments": list(arguments)}))
        process = await asyncio.create_subprocess_exec(
            engine,
            *("-NoProfile", "-NonInteractive", "-EncodedCommand"),
            base64.b64encode(_RUNNER.encode("utf-16-le")).decode(),
            cwd=folder,
            env={**os.environ, "PROVISION_RUN": str(request)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            limit=_LINE_LIMIT,
        )
        try:
            async with asyncio.timeout(timeout):
                ended = await _read(process, listen)
                code = await process.wait()
                return ended or Ended(exit_code=code)
        except TimeoutError:
            return Ended(timed_out=True)
        finally:
            await _kill(process)


async def _read(
    process: asyncio.subprocess.Process, listen: Callable[[Said], None]
) -> Ended | None:
    assert process.stdout is not None
    ended = None
    async for line in process.stdout:
        if not line.startswith(_PREFIX):
            if text := line.decode(errors="replace").rstrip("\r\n"):
                listen(Said("output", text))
            continue
        data: dict[str, Any] = json.loads(base64.b64decode(line[len(_PREFIX) :]))
        if data["kind"] == "exit":
            ended = Ended(exit_code=data["exit_code"], threw=data["threw"])
            continue
        error = ErrorRecord.model_validate(data["error"]) if data["error"] else None
        listen(Said(data["kind"], data["text"], error))
    return ended


async def _kill(process: asyncio.subprocess.Process) -> None:
    """End what is left of the process and what it started; it leads a group of its own."""
    with suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        elif process.returncode is None:
            process.kill()
    await process.wait()
