"""A PowerShell on this machine, as a child process with pipes: for tests and rehearsals."""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from typing import IO

from provision.transport.channel import FileChannel, Output
from provision.transport.errors import SettingRefused, ShellGone

_WAIT = 20.0
_PIECE = 65536
_PROGRAMS = ("powershell", "pwsh")


class LocalConnector:
    """Makes channels to PowerShell processes on this machine.

    Args:
        program: Path or name; the first of `powershell` and `pwsh` on PATH when left out.
        environment: Added to this process's own.
        wait: Real seconds after which `receive` returns with nothing.
    """

    def __init__(
        self,
        program: str | None = None,
        environment: Mapping[str, str] | None = None,
        wait: float = _WAIT,
    ) -> None:
        self._program = program
        self._environment = dict(environment or {})
        self._wait = wait

    @property
    def address(self) -> str:
        """Where the host is, for people."""
        return "this machine"

    def channel(self) -> LocalChannel:
        """A new channel, not yet open.

        Raises:
            SettingRefused: There is no PowerShell here.
        """
        for name in (self._program,) if self._program else _PROGRAMS:
            if found := shutil.which(name):
                return LocalChannel(found, {**os.environ, **self._environment}, self._wait)
        raise SettingRefused(
            f"there is no {self._program or 'PowerShell'} on this machine",
            resolution="Install PowerShell, or put it on PATH.",
        )


class LocalChannel:
    """One PowerShell child; two threads read its pipes, so that `receive` can wait for both."""

    max_send = 1_000_000
    files: FileChannel | None = None

    def __init__(self, program: str, environment: Mapping[str, str], wait: float) -> None:
        self._program = program
        self._environment = environment
        self._wait = wait
        self._process: subprocess.Popen[bytes] | None = None
        self._pieces: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self._open_pipes = 0
        self._readers: list[threading.Thread] = []

    @property
    def pid(self) -> int | None:
        """The child's process id; None when there is none."""
        return self._process.pid if self._process else None

    def open(self, arguments: Sequence[str]) -> None:
        """Start PowerShell with these arguments, its standard input held open."""
        try:
            self._process = subprocess.Popen(
                [self._program, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._environment,
                start_new_session=True,
            )
        except OSError as error:
            raise SettingRefused(f"{self._program} cannot be started", details=str(error)) from None
        for name, pipe in (("stdout", self._process.stdout), ("stderr", self._process.stderr)):
            if pipe:
                self._open_pipes += 1
                reader = threading.Thread(target=self._read, args=(name, pipe), daemon=True)
                reader.start()
                self._readers.append(reader)

    def send(self, data: bytes) -> None:
        """Write to the process. When it has just ended, `receive` tells so, with its last words."""
        stdin = self._running().stdin
        if stdin:
            with contextlib.suppress(BrokenPipeError):
                stdin.write(data)
                stdin.flush()

    def receive(self) -> Output:
        """Return as soon as there is output, or with an empty `Output` after a while."""
        process = self._running()
        taken: dict[str, list[bytes]] = {"stdout": [], "stderr": []}
        if self._open_pipes:
            with contextlib.suppress(queue.Empty):
                self._take(taken, *self._pieces.get(timeout=self._wait))
                while True:
                    self._take(taken, *self._pieces.get_nowait())
        stdout, stderr = b"".join(taken["stdout"]), b"".join(taken["stderr"])
        if not self._open_pipes:
            return Output(stdout, stderr, process.wait())
        # A grandchild may hold the pipes open when the process itself is long gone.
        return Output(stdout, stderr, None if stdout or stderr else process.poll())

    def recover(self) -> None:
        """Nothing can be poisoned here."""

    def close(self) -> None:
        """End the process and everything in its process group; never raises."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(OSError):
            if process.stdin:
                process.stdin.close()
        try:
            process.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for reader in self._readers:
            reader.join(timeout=5)
        for pipe in (process.stdout, process.stderr):
            if pipe:
                pipe.close()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise ShellGone("the channel is not open")
        return self._process

    def _read(self, name: str, pipe: IO[bytes]) -> None:
        descriptor = pipe.fileno()
        while piece := os.read(descriptor, _PIECE):
            self._pieces.put((name, piece))
        self._pieces.put((name, b""))

    def _take(self, taken: dict[str, list[bytes]], name: str, piece: bytes) -> None:
        if piece:
            taken[name].append(piece)
        else:
            self._open_pipes -= 1
