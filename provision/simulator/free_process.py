"""PowerShell that is not our agent, run by a real PowerShell of the machine that simulates.

The simulator is no PowerShell interpreter and never pretends to be one. What such a script does,
it does to the machine it really runs on, so the two commands that would end that machine are
replaced: PowerShell on Linux calls `shutdown` for `Restart-Computer`, whatever its switches say.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import os
import re
import shutil
import signal
from collections.abc import Sequence
from contextlib import suppress

from provision.simulator.pipe import OutputPipe
from provision.simulator.program import CONTROL_C_EXIT
from provision.simulator.wsman_fault import WSManFault, file_not_found, not_supported

ENGINES = ("pwsh", "powershell")
_GUARD = (
    "function Restart-Computer{throw 'a simulated host restarts only by the agent'};"
    "function Stop-Computer{throw 'a simulated host cannot be switched off'};"
)
_PARAMETERS = re.compile(r"\s*(\[CmdletBinding|param\b)", re.IGNORECASE)
_WITH_VALUE = frozenset(
    ("executionpolicy", "ex", "ep", "outputformat", "o", "of", "inputformat", "if", "version",
     "windowstyle", "w", "configurationname", "custompipename", "settingsfile"),
)  # fmt: skip
_CHUNK = 32 * 1024


class FreeProcess:
    """A child process behind a pipe."""

    def __init__(self, process: asyncio.subprocess.Process, pipe: OutputPipe) -> None:
        self._process = process
        self._pipe = pipe
        self._interrupted = False
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def write(self, data: bytes, *, end: bool) -> None:
        """Hand input on; waits while the process does not read it."""
        stdin = self._process.stdin
        if stdin is None or stdin.is_closing():
            return
        with suppress(ConnectionError):
            stdin.write(data)
            await stdin.drain()
            if end:
                stdin.close()

    def interrupt(self) -> None:
        """Ctrl+C, for the process and what it started."""
        self._interrupted = True
        self._signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT))

    def close(self) -> None:
        """Kill the process and what it started."""
        self._signal(getattr(signal, "SIGKILL", signal.SIGTERM))
        self._pipe.finish(CONTROL_C_EXIT)

    async def wait_closed(self) -> None:
        """Return when the process was reaped."""
        await asyncio.wait([self._task])

    async def _run(self) -> None:
        await asyncio.gather(
            self._copy(self._process.stdout, "stdout"), self._copy(self._process.stderr, "stderr")
        )
        code = await self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._pipe.finish(CONTROL_C_EXIT if self._interrupted or code < 0 else code)

    async def _copy(self, reader: asyncio.StreamReader | None, stream: str) -> None:
        while reader is not None and (data := await reader.read(_CHUNK)):
            self._pipe.write(stream, data)
            await self._pipe.drain()

    def _signal(self, number: int) -> None:
        if self._process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            if os.name == "posix":
                os.killpg(self._process.pid, number)
            else:
                self._process.send_signal(number)


async def start_powershell(
    name: str, arguments: Sequence[str], pipe: OutputPipe, *, allowed: bool
) -> FreeProcess:
    """Start a script in a real PowerShell.

    Args:
        name: What the client called it, for its error.
        arguments: Of the command line; `-EncodedCommand` and `-Command` alone are served.
        allowed: False refuses, whether a PowerShell is there or not.

    Raises:
        WSManFault: No PowerShell, or not this use of it.
    """
    engine = next(filter(None, map(shutil.which, ENGINES)), None)
    if engine is None or not allowed:
        reason = "none is on PATH" if engine is None else "its server was told to run none"
        raise not_supported(
            "This is a simulated host. It answers our agent, and hands other PowerShell to a real "
            f"pwsh or powershell of the machine that simulates it; {reason}."
        )
    switches, script = _script(arguments)
    try:
        process = await asyncio.create_subprocess_exec(
            engine,
            *switches,
            "-EncodedCommand",
            base64.b64encode(_guarded(script).encode("utf-16-le")).decode(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            env={key: value for key, value in os.environ.items() if key != "NTLM_USER_FILE"},
        )
    except OSError as error:
        raise file_not_found(name) from error
    return FreeProcess(process, pipe)


def _guarded(script: str) -> str:
    return f"{_GUARD}& {{{script}\n}}" if _PARAMETERS.match(script) else _GUARD + script


def _script(arguments: Sequence[str]) -> tuple[list[str], str]:
    switches: list[str] = []
    words = list(arguments)
    while words:
        word = words.pop(0)
        switch = word.lstrip("-/").lower() if word[:1] in ("-", "/") else ""
        if switch in ("e", "ec") or (len(switch) > 1 and "encodedcommand".startswith(switch)):
            return switches, _decode(words)
        if not switch or (switch and "command".startswith(switch)):
            rest = words if switch else [word, *words]
            if rest in ([], ["-"]):
                break
            return switches, " ".join(rest)
        if switch in ("f", "fi", "fil", "file"):
            break
        switches.append(word)
        if switch in _WITH_VALUE and words:
            switches.append(words.pop(0))
    raise not_supported(
        "This is a simulated host: it runs PowerShell given as -EncodedCommand or -Command, not an "
        "interactive one and no script file."
    )


def _decode(words: Sequence[str]) -> str:
    try:
        return base64.b64decode("".join(words[:1]), validate=True).decode("utf-16-le")
    except (binascii.Error, UnicodeDecodeError):
        raise WSManFault(
            87, "w:InvalidParameter", "The value of -EncodedCommand is no base64 of UTF-16."
        ) from None
