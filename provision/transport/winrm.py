"""WinRM: one kept shell with one process, two HTTP requests per exchange.

pywinrm's protocol is used half-duplex, as its message encryption demands: a send while a receive
waits would put the two out of step. A request that failed, or was interrupted, leaves the HTTP
session behind in an unknown state (with encryption: poisoned for good). So the session is dropped
then, and the same shell and command go on over a new one; this was proven with NTLM and CredSSP.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import requests.exceptions
from winrm.exceptions import (
    AuthenticationError,
    WinRMOperationTimeoutError,
    WinRMTransportError,
    WSManFaultError,
)

from provision.model.host import WinRMSettings
from provision.model.secret import Secret
from provision.transport.channel import FileChannel, Output
from provision.transport.errors import ConnectionBroken, ServerTrouble, ShellGone
from provision.transport.winrm_errors import excerpt, translate
from provision.transport.winrm_keeping import SMALL_ENVELOPE, KeepingProtocol
from provision.transport.winrm_protocol import check_settings, make_protocol, set_timeouts

_UTF8 = 65001
_IDLE_TIMEOUT = "PT1800S"
_GOODBYE_SECONDS = 5.0

MAX_SEND = 370_000
"""Raw bytes whose base64 fits the 500 KB envelope of Windows Server 2012 and later."""

LEAST_SEND = 112_500
"""Raw bytes whose base64 fits 150 KB: MaxEnvelopeSizekb of Windows Server 2008 R2, or if it was
lowered. A host that refuses more gets less from then on."""

_TOO_LARGE = 413


class WinRMConnector:
    """Makes channels to one host over WinRM.

    Args:
        settings: How the host file says it is reached.
        address: Where to connect: the settings' own, or a simulated host's.
        port: Likewise.
        password: None for Kerberos tickets and client certificates.
    """

    def __init__(
        self, settings: WinRMSettings, address: str, port: int, password: Secret | None
    ) -> None:
        self._settings = settings
        self._address = address
        self._port = port
        self._password = password

    @property
    def address(self) -> str:
        """Where the host is, for people."""
        host = f"[{self._address}]" if ":" in self._address else self._address
        return f"{host}:{self._port}"

    def channel(self) -> WinRMChannel:
        """A new channel, not yet open.

        Raises:
            SettingRefused: The settings cannot work.
        """
        check_settings(self._settings, self._password)
        return WinRMChannel(self.address, self._make_protocol, self._scrub)

    def _make_protocol(self) -> KeepingProtocol:
        return make_protocol(self._settings, self._address, self._port, self._password)

    def _scrub(self, text: str) -> str:
        secret = self._password.get_secret_value() if self._password else ""
        return text.replace(secret, "***") if secret else text


class WinRMChannel:
    """One process in one shell of the host; see `Channel`."""

    files: FileChannel | None = None

    def __init__(
        self,
        address: str,
        make_protocol: Callable[[], KeepingProtocol],
        scrub: Callable[[str], str],
    ) -> None:
        self._address = address
        self._make_protocol = make_protocol
        self._scrub = scrub
        self._protocol: KeepingProtocol | None = None
        self._shell: str | None = None
        self._command: str | None = None
        self._clean = True
        self._authenticated = False
        self.max_send = MAX_SEND

    def open(self, arguments: Sequence[str]) -> None:
        """Start Windows PowerShell with these arguments, its standard input held open.

        Raises:
            TransportError: As `winrm_errors.translate` says.
        """
        with self._request():
            self._protocol = self._make_protocol()
            self._shell = self._open_shell(self._protocol)
            self._command = self._protocol.run_command(
                self._shell,
                "powershell.exe",
                arguments,
                console_mode_stdin=False,
                skip_cmd_shell=True,
            )

    def _open_shell(self, protocol: KeepingProtocol) -> str:
        try:
            return protocol.open_shell(codepage=_UTF8, idle_timeout=_IDLE_TIMEOUT)
        except WSManFaultError:
            # It may be the size of answers that we announce, which has no fault code of its own.
            protocol.envelope_limit = SMALL_ENVELOPE
            return protocol.open_shell(codepage=_UTF8, idle_timeout=_IDLE_TIMEOUT)

    def send(self, data: bytes) -> None:
        """Write to the process; after a transient error the bytes may or may not have arrived."""
        protocol, shell, command = self._running()
        with self._request():
            try:
                protocol.send_command_input(shell, command, data)
            except (WinRMTransportError, WSManFaultError) as error:
                if len(data) <= LEAST_SEND or not _is_too_large(error):
                    raise
                self.max_send = LEAST_SEND
                self._drop_session()
            else:
                self._expect(protocol, b"Envelope")
                return
        for start in range(0, len(data), LEAST_SEND):
            self.send(data[start : start + LEAST_SEND])

    def receive(self) -> Output:
        """Return as soon as there is output, or empty after the operation timeout."""
        protocol, shell, command = self._running()
        with self._request():
            try:
                stdout, stderr, code, done = protocol.get_command_output_raw(shell, command)
            except WinRMOperationTimeoutError:
                return Output()
            if not stdout and not stderr and not done:
                self._expect(protocol, b"ReceiveResponse")
            return Output(stdout, stderr, code if done else None)

    def recover(self) -> None:
        """Drop the HTTP session; the shell and the process on the host stay."""
        if self._protocol is not None:
            self._protocol.transport.close_session()
            self._clean = True

    def close(self) -> None:
        """End the process and delete the shell; never raises, and gives up after some seconds."""
        protocol, shell, command = self._protocol, self._shell, self._command
        self._protocol = self._shell = self._command = None
        if protocol is None:
            return
        set_timeouts(protocol, _GOODBYE_SECONDS, _GOODBYE_SECONDS)
        if not self._clean:
            protocol.transport.close_session()
        with contextlib.suppress(Exception):
            if shell and command:
                self._say_goodbye(lambda: protocol.cleanup_command(shell, command))
            if shell:
                self._say_goodbye(lambda: protocol.close_shell(shell, close_session=False))
        with contextlib.suppress(Exception):
            protocol.transport.close_session()

    def _say_goodbye(self, request: Callable[[], None]) -> None:
        """Go on to the next goodbye after a fault, but not when the host is out of reach."""
        try:
            request()
        except requests.exceptions.RequestException:
            raise
        except Exception:
            return

    def _expect(self, protocol: KeepingProtocol, sign: bytes) -> None:
        """Notice an answer that pywinrm takes for a good one although it is something else."""
        if sign not in protocol.last_body:
            raise ServerTrouble(
                f"{self._address} answered with something that is not WinRM",
                details=self._scrub(excerpt(protocol.last_body.decode("utf-8", "replace"))),
                resolution="Check the port, and that no proxy or other server answers in its "
                "place.",
            )

    def _running(self) -> tuple[KeepingProtocol, str, str]:
        if self._protocol is None or self._shell is None or self._command is None:
            raise ShellGone("the channel is not open")
        return self._protocol, self._shell, self._command

    @contextmanager
    def _request(self) -> Iterator[None]:
        if not self._clean:
            self.recover()
        self._clean = False
        try:
            yield
        except AuthenticationError as error:
            self._drop_session()
            if self._authenticated:
                # The connection was replaced under a session that was logged in: only a new login
                # can tell whether we are really refused.
                self._authenticated = False
                raise ConnectionBroken(
                    f"{self._address} no longer knows this connection",
                    details=self._scrub(str(error)),
                ) from None
            raise translate(error, self._address, self._scrub) from None
        except Exception as error:
            self._drop_session()
            raise translate(error, self._address, self._scrub) from None
        self._clean = True
        self._authenticated = True

    def _drop_session(self) -> None:
        if self._protocol is not None:
            self._protocol.transport.close_session()


def _is_too_large(error: WinRMTransportError | WSManFaultError) -> bool:
    """Tell whether the envelope was refused for its size: by HTTP, or by DSP0226's fault."""
    if isinstance(error, WinRMTransportError):
        return bool(error.code == _TOO_LARGE)
    return (error.fault_subcode or "").endswith("EncodingLimit")
