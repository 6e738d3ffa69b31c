"""SSH: one PowerShell at the other end of one channel of one connection.

The channel is full duplex, so what is sent needs no answer before more is read. Whatever breaks it
ends the process on the host: nothing can be taken up again in place, so everything that goes wrong
once the process was asked for is a loss of the process.
"""

from __future__ import annotations

import contextlib
import selectors
import time
from collections.abc import Sequence
from typing import Any

from paramiko.ssh_exception import SSHException

from provision.model.ssh import SSHSettings
from provision.transport.channel import FileChannel, Output
from provision.transport.errors import ServerTrouble, SettingRefused, ShellGone
from provision.transport.ssh_connection import SSHConnection
from provision.transport.ssh_errors import translate
from provision.transport.ssh_files import SFTPFiles
from provision.transport.ssh_identity import Secrets
from provision.transport.ssh_pulse import Pulse

_PROGRAM = "powershell.exe"
_WAIT = 20.0
_SEND_SECONDS = 120.0
_LOOK = 0.5
_PIECE = 256 * 1024
_WINDOW = 8 * 1024 * 1024
"""Bytes of output that may be on their way: what the agent may have answered while we send."""


class SSHConnector:
    """Makes channels to one host over SSH.

    Args:
        settings: How the host file says it is reached.
        secrets: Resolved.
        wait: Real seconds after which `receive` returns with nothing.
    """

    def __init__(self, settings: SSHSettings, secrets: Secrets, wait: float = _WAIT) -> None:
        self._settings = settings
        self._secrets = secrets
        self._wait = wait

    @property
    def address(self) -> str:
        """Where the host is, for people."""
        settings = self._settings
        return f"{settings.address}:{settings.port}" if settings.port else str(settings.address)

    def channel(self) -> SSHChannel:
        """A new channel, not yet open.

        Raises:
            SettingRefused: The settings cannot work.
        """
        if not self._settings.address:
            raise SettingRefused("the address is missing", resolution="Give `ssh.address`.")
        connection = SSHConnection(*self.access)
        return SSHChannel(connection, self._settings.keepalive, self._secrets, self._wait)

    @property
    def access(self) -> tuple[SSHSettings, Secrets]:
        """What a connection is made of."""
        return self._settings, self._secrets


class SSHChannel:
    """One process on the host; see `Channel`. Files go beside it, by sftp."""

    max_send = 1_000_000

    def __init__(
        self, connection: SSHConnection, keepalive: int, secrets: Secrets, wait: float
    ) -> None:
        self._connection = connection
        self._keepalive = keepalive
        self._secrets = secrets
        self._wait = wait
        self._channel: Any = None
        self._selector = selectors.DefaultSelector()
        self._pulse: Pulse | None = None
        self._files: SFTPFiles | None = None

    @property
    def files(self) -> FileChannel | None:
        """Carries files; None until the channel is open."""
        return self._files

    def open(self, arguments: Sequence[str]) -> None:
        """Start Windows PowerShell with these arguments, its standard input held open.

        Raises:
            TransportError: As `SSHConnection.open` says; `ServerTrouble` when no program may run.
        """
        self._connection.open()
        transport = self._connection.transport
        try:
            # These arguments mean the same to cmd.exe and to PowerShell, whichever sshd starts.
            channel = transport.open_session(window_size=_WINDOW)
            channel.settimeout(_SEND_SECONDS)
            channel.exec_command(" ".join((_PROGRAM, *arguments)))
        except Exception as error:
            alive = transport.is_active()
            told = translate(error, self._connection.place, self._secrets.scrub)
            self.close()
            if alive and isinstance(error, SSHException):
                raise ServerTrouble(
                    f"{self._connection.place} starts no program for this user",
                    details=told.details,
                    resolution="Check the user's rights, and ForceCommand and the default shell "
                    "of the host's sshd.",
                ) from None
            raise told from None
        self._channel = channel
        self._selector.register(channel, selectors.EVENT_READ)
        self._files = SFTPFiles(self._connection)
        if self._keepalive:
            self._pulse = Pulse(transport, self._keepalive)

    def send(self, data: bytes) -> None:
        """Write to the process. When it has just ended, `receive` tells so, with its last words."""
        channel = self._running()
        view = memoryview(data)
        while view:
            try:
                sent = channel.send(view)
            except TimeoutError:
                raise self._gone(f"takes nothing for {_SEND_SECONDS:.0f} s") from None
            except (OSError, SSHException, EOFError):
                sent = 0
            if sent == 0:
                if not self._connection.transport.is_active():
                    raise self._gone("broke")
                return
            view = view[sent:]

    def receive(self) -> Output:
        """Return as soon as there is output, or with an empty `Output` after a while."""
        channel = self._running()
        limit = time.monotonic() + self._wait
        ended = False
        while True:
            self._selector.select(max(0.0, min(_LOOK, limit - time.monotonic())))
            stdout, stderr = _taken(channel)
            if channel.eof_received and not channel.closed:
                # Nothing more comes to wake us; the exit code does not.
                channel.status_event.wait(_LOOK)
            over = channel.closed or (channel.eof_received and channel.exit_status_ready())
            if stdout or stderr:
                return Output(stdout, stderr)
            if over and not channel.recv_ready() and not channel.recv_stderr_ready():
                return Output(exit_code=self._exit_code(channel))
            # A grandchild may hold the pipes open when the process itself is long gone.
            if ended:
                return Output(exit_code=self._exit_code(channel))
            ended = channel.exit_status_ready()
            if time.monotonic() >= limit:
                return Output()

    def recover(self) -> None:
        """Nothing can be poisoned here: what breaks is lost."""

    def close(self) -> None:
        """End the process by the end of its input, and the connection; never raises."""
        channel, self._channel = self._channel, None
        files, self._files = self._files, None
        if self._pulse is not None:
            self._pulse.stop()
        with contextlib.suppress(Exception):
            self._selector.close()
        if files is not None:
            files.close()
        if channel is not None:
            with contextlib.suppress(Exception):
                channel.shutdown_write()
                channel.close()
        self._connection.close()

    def _exit_code(self, channel: Any) -> int:
        if channel.exit_status < 0:
            alive = self._connection.transport.is_active()
            raise self._gone("ended without an exit code" if alive else "broke")
        return int(channel.exit_status)

    def _gone(self, how: str) -> ShellGone:
        if self._pulse is not None and self._pulse.lost:
            return ShellGone(
                f"{self._connection.place} gives no sign of life any more",
                details=f"three in a row were missing, {self._keepalive} s each",
            )
        if how == "broke":
            farewell = getattr(self._connection.transport, "farewell", "")
            return ShellGone(f"the connection to {self._connection.place} broke", details=farewell)
        return ShellGone(f"{self._connection.place}: the process {how}")

    def _running(self) -> Any:
        if self._channel is None:
            raise ShellGone("the channel is not open")
        return self._channel


def _taken(channel: Any) -> tuple[bytes, bytes]:
    """Take all that is there, without waiting."""
    stdout, stderr = [], []
    while channel.recv_ready():
        stdout.append(channel.recv(_PIECE))
    while channel.recv_stderr_ready():
        stderr.append(channel.recv_stderr(_PIECE))
    return b"".join(stdout), b"".join(stderr)
