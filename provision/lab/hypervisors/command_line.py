"""Runs a hypervisor's own command line, here or over SSH. Secrets are never in arguments."""

from __future__ import annotations

import getpass
import os
import shlex
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from provision.lab.hypervisor import HypervisorError, ToolMissing
from provision.model.errors import ErrorClass
from provision.model.ssh import SSHSettings

if TYPE_CHECKING:
    from provision.transport.ssh_connection import SSHConnection
    from provision.transport.ssh_identity import Secrets

SECONDS = 900.0
"""How long one command may take: a snapshot of a running VM writes all its memory."""

_NOT_FOUND = 127
_ENGLISH = {"LC_ALL": "C", "LANGUAGE": "C"}


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said."""

    code: int
    output: str
    error: str

    @property
    def last_line(self) -> str:
        """The last line of its complaint."""
        lines = [line.strip() for line in (self.error or self.output).splitlines() if line.strip()]
        return lines[-1] if lines else f"exit code {self.code}"


class CommandLine(Protocol):
    """Somewhere that commands are run."""

    def run(self, words: Sequence[str], seconds: float = SECONDS) -> Said:
        """Run a command, in English, with nothing to read.

        Raises:
            ToolMissing: It is not there.
            HypervisorError: The machine cannot be reached, or the command takes too long.
        """

    def close(self) -> None:
        """Let go of the connection, if there is one; never raises."""


class Here:
    """Runs commands on this machine.

    Args:
        folder: Where they are run.
        environment: What they find beside our own environment.
    """

    def __init__(
        self, folder: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        self._folder = folder
        self._environment = {**_ENGLISH, **(environment or {})}

    def run(self, words: Sequence[str], seconds: float = SECONDS) -> Said:
        """See `CommandLine`."""
        try:
            # A session of its own: Ctrl-C must not reach a command that writes a snapshot.
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, **self._environment},
                cwd=self._folder,
                start_new_session=True,
            )
        except FileNotFoundError:
            raise self._missing(words[0]) from None
        except OSError as error:
            raise HypervisorError(f"{words[0]} cannot be run: {error.strerror}") from None
        with process:
            try:
                output, told = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                raise _late(words, seconds) from None
            finally:
                if process.poll() is None:
                    with suppress(ProcessLookupError):
                        os.killpg(process.pid, signal.SIGKILL)
        return Said(process.returncode, *(one.decode(errors="replace") for one in (output, told)))

    def close(self) -> None:
        """See `CommandLine`."""

    def _missing(self, tool: str) -> HypervisorError:
        if self._folder is not None and not self._folder.is_dir():
            return HypervisorError(f"there is no folder {self._folder}")
        return _missing(tool, "")


class OverSsh:
    """Runs commands on another machine, which has a POSIX shell, through Fabric.

    One connection is kept as long as it lives; every command has a channel of its own.

    Args:
        settings: How the machine is reached; its user is ours unless something says otherwise.
        secrets: Resolved.
    """

    def __init__(self, settings: SSHSettings, secrets: Secrets) -> None:
        self._settings = settings
        self._secrets = secrets
        self._connection: SSHConnection | None = None
        self._lock = threading.Lock()

    def run(self, words: Sequence[str], seconds: float = SECONDS) -> Said:
        """See `CommandLine`."""
        from invoke.exceptions import CommandTimedOut
        from paramiko import SSHException

        english = [f"{name}={value}" for name, value in _ENGLISH.items()]
        line = shlex.join(["env", *english, *words])
        connection = self._open()
        try:
            done = connection.fabric.run(
                line, hide=True, warn=True, in_stream=False, timeout=seconds, encoding="utf-8"
            )
        except CommandTimedOut:
            raise _late(words, seconds) from None
        except (OSError, EOFError, SSHException) as error:
            self.close()
            raise HypervisorError(
                f"the connection to {connection.place} broke while {words[0]} ran",
                details=str(error),
                error_class=ErrorClass.TRANSIENT,
            ) from None
        if done.exited == _NOT_FOUND:
            raise _missing(words[0], f" of {connection.place}")
        return Said(done.exited, done.stdout, done.stderr)

    def close(self) -> None:
        """See `CommandLine`."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    def _open(self) -> SSHConnection:
        from provision.transport.errors import TransportError
        from provision.transport.ssh_connection import SSHConnection

        with self._lock:
            kept = self._connection
            if kept is not None and kept.fabric is not None and kept.transport.is_active():
                return kept
            if kept is not None:
                kept.close()
            self._connection = None
            connection = SSHConnection(self._settings, self._secrets, getpass.getuser())
            try:
                connection.open()
            except TransportError as error:
                raise HypervisorError(
                    error.brief,
                    details=error.details,
                    resolution=error.resolution,
                    error_class=error.error_class,
                ) from None
            self._connection = connection
            return connection


def _late(words: Sequence[str], seconds: float) -> HypervisorError:
    told = " ".join(words[:4])
    return HypervisorError(
        f"{told} … did not end within {seconds:.0f} s", error_class=ErrorClass.TRANSIENT
    )


def _missing(tool: str, where: str) -> ToolMissing:
    return ToolMissing(
        f"{tool} is not on the PATH{where}",
        resolution=f"Install what brings {tool}, or give its path in the lab file.",
    )
