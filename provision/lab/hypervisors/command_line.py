"""Runs a hypervisor's own command line, here or over SSH. Secrets are never in arguments."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from provision.lab.hypervisor import HypervisorError
from provision.model.errors import ErrorClass

SECONDS = 600.0
"""How long one command may take: a snapshot of a running VM writes all its memory."""


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

    def run(self, words: Sequence[str]) -> Said:
        """Run a command, in English.

        Raises:
            HypervisorError: It is not there, cannot be reached, or takes too long.
        """


class Here:
    """Runs commands on this machine."""

    def run(self, words: Sequence[str]) -> Said:
        """See `CommandLine`."""
        try:
            done = subprocess.run(
                words,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env={**os.environ, "LC_ALL": "C"},
                timeout=SECONDS,
                check=False,
            )
        except FileNotFoundError:
            raise HypervisorError(
                f"{words[0]} is not on the PATH", resolution=f"Install what brings {words[0]}."
            ) from None
        except OSError as error:
            raise HypervisorError(f"{words[0]} cannot be run: {error.strerror}") from None
        except subprocess.TimeoutExpired:
            raise _late(words) from None
        output, told = (part.decode(errors="replace") for part in (done.stdout, done.stderr))
        return Said(done.returncode, output, told)


class OverSsh:
    """Runs commands on another machine, which has a POSIX shell.

    Args:
        host: `user@host`, or a name of `~/.ssh/config`, whose settings hold. Its key must be known.
    """

    def __init__(self, host: str) -> None:
        self._host = host

    def run(self, words: Sequence[str]) -> Said:
        """See `CommandLine`."""
        import fabric
        import paramiko
        from invoke.exceptions import CommandTimedOut

        line = shlex.join(["env", "LC_ALL=C", *words])
        connection = fabric.Connection(self._host, connect_timeout=30)
        connection.client.load_system_host_keys()
        connection.client.set_missing_host_key_policy(paramiko.RejectPolicy())
        try:
            with connection:
                done = connection.run(line, hide=True, warn=True, in_stream=False, timeout=SECONDS)
        except CommandTimedOut:
            raise _late(words) from None
        except paramiko.AuthenticationException as error:
            raise HypervisorError(f"{self._host} refused the login", details=str(error)) from None
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise HypervisorError(
                f"{self._host} cannot be reached by SSH",
                details=str(error),
                resolution=f"Try `ssh {self._host}`: it must work without a question.",
                error_class=ErrorClass.TRANSIENT,
            ) from None
        return Said(done.exited, done.stdout, done.stderr)


def command_line(ssh: str | None) -> CommandLine:
    """Give where a hypervisor's commands are run."""
    return OverSsh(ssh) if ssh else Here()


def _late(words: Sequence[str]) -> HypervisorError:
    told = " ".join(words[:4])
    return HypervisorError(
        f"{told} … did not end within {SECONDS:.0f} s", error_class=ErrorClass.TRANSIENT
    )
