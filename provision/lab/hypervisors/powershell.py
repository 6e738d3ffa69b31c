"""Runs PowerShell on a Windows host through our own agent; for hypervisors that live there."""

from __future__ import annotations

import secrets
import threading
from typing import Protocol

from provision.agent.operations.base import ErrorRecord
from provision.agent.operations.execution import PowerShell
from provision.engine.clock import HostClock
from provision.engine.connection import HostConnection
from provision.engine.emitter import Emitter
from provision.engine.interruption import Interruption
from provision.lab.hypervisor import HypervisorError
from provision.model.clock import Clock
from provision.model.errors import ErrorClass, ProvisionError, UnreachableError
from provision.transport.channel import Connector
from provision.transport.errors import TransportError


class ScriptFailed(HypervisorError):
    """A script threw; the record says what."""

    def __init__(self, record: ErrorRecord) -> None:
        super().__init__(record.message, details=" ".join((record.id, record.hresult)).strip())
        self.record = record


class WindowsShell(Protocol):
    """Somewhere that PowerShell is run."""

    def run(self, script: str, seconds: float) -> str:
        """Run a script; gives its output.

        Raises:
            ScriptFailed: It threw.
            HypervisorError: The host cannot be reached, or the script takes too long.
        """

    def close(self) -> None:
        """Let go of the connection; never raises."""


class AgentPowerShell:
    """Runs one script after the other, each once, through lost connections and restarts.

    Args:
        connect_timeout: Seconds for the host to give its first authenticated answer.
    """

    def __init__(
        self, connector: Connector, connect_timeout: float, clock: Clock | None = None
    ) -> None:
        self._connector = connector
        self._connect_timeout = connect_timeout
        self._clock = clock or HostClock()
        self._connection: HostConnection | None = None
        self._lock = threading.Lock()

    def run(self, script: str, seconds: float) -> str:
        """See `WindowsShell`."""
        # With an id it is asked for again after a loss, and does not run a second time.
        call = PowerShell(
            script=script, timeout=max(1, round(seconds)), id=f"lab-{secrets.token_hex(8)}"
        )
        with self._lock:
            try:
                answer = self._open().call(call)
            except ProvisionError as error:
                self._drop()
                raise _unreachable(error) from None
        if answer.timed_out:
            raise HypervisorError(
                f"a script did not end within {seconds:.0f} s", error_class=ErrorClass.TRANSIENT
            )
        if answer.threw:
            errors = [one.error for one in answer.records if one.kind == "error" and one.error]
            raise ScriptFailed(errors[-1] if errors else ErrorRecord(message="a script failed"))
        return "\n".join(record.text for record in answer.records if record.kind == "output")

    def close(self) -> None:
        """See `WindowsShell`."""
        with self._lock:
            self._drop()

    def _open(self) -> HostConnection:
        if self._connection is None:
            connection = HostConnection(
                self._connector, self._clock, Emitter("", ()), Interruption(self._clock)
            )
            try:
                connection.open(self._connect_timeout)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _unreachable(error: ProvisionError) -> HypervisorError:
    passing = isinstance(error, UnreachableError | TransportError)
    return HypervisorError(
        error.brief,
        details=error.details,
        resolution=error.resolution,
        error_class=ErrorClass.TRANSIENT if passing else ErrorClass.PERMANENT,
    )
