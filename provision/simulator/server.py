"""The simulated host's WinRM service on the network: a port that opens and closes with the host.

One task watches the machine. When the host or its network goes down, the port closes and every
connection is cut; its number stays reserved, so that the host comes back under it. Shells end with
the boot they belong to; a network that is merely down leaves them alive.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping

from provision.model.host import Scheme
from provision.simulator.accounts import Accounts
from provision.simulator.authentication import Authenticator
from provision.simulator.certificates import ServerCertificate, make_server_certificate
from provision.simulator.connection import Connection
from provision.simulator.endpoint import Endpoint, Host
from provision.simulator.faults import Fault, FaultSchedule
from provision.simulator.launcher import Launcher
from provision.simulator.listener import Listener
from provision.simulator.machine import Machine, Power
from provision.simulator.settings import ServerSettings
from provision.simulator.shells import Shells
from provision.simulator.wsman import Service

_log = logging.getLogger(__name__)


class Server:
    """A WinRM service over a machine. All of it lives on one event loop.

    Args:
        accounts: Passwords by user name.
        port: 0 takes a free one; it stays the same over restarts of the host.
        certificate: For https; a new one is made when left out.
        faults: What goes wrong, and when.

    Raises:
        OSError: From `start`: the port cannot be had.
    """

    def __init__(
        self,
        machine: Machine,
        accounts: Mapping[str, str],
        *,
        scheme: Scheme = Scheme.HTTP,
        host: str = "127.0.0.1",
        port: int = 0,
        certificate: ServerCertificate | None = None,
        faults: FaultSchedule | None = None,
        settings: ServerSettings | None = None,
    ) -> None:
        self._machine = machine
        self._passwords = accounts
        self._settings = settings or ServerSettings()
        self._host = host
        self.port = port
        self.certificate = certificate
        if scheme is Scheme.HTTPS and certificate is None:
            self.certificate = make_server_certificate()
        self._secure = scheme is Scheme.HTTPS
        self._tls = self.certificate.context() if self.certificate and self._secure else None
        self._fingerprint = self.certificate.fingerprint if self.certificate and self._tls else None
        self._faults = faults or FaultSchedule()
        self._connections: set[Connection] = set()
        self._shells = Shells(self._settings)
        self._launcher = Launcher(machine, free_powershell=self._settings.free_powershell)
        self._power: Power | None = None
        self._listener: Listener | None = None
        self._refused_until = self._closed_until = 0.0
        self._accounts: Accounts | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()

    @property
    def endpoint(self) -> str:
        """The URL that clients use."""
        name = f"[{self._host}]" if ":" in self._host else self._host
        return f"{'https' if self._secure else 'http'}://{name}:{self.port}/wsman"

    async def start(self) -> None:
        """Take the port, open it if the host is up, and keep following the host."""
        name = self._machine.program("hostname", ())
        computer = name.stdout.decode("ascii", "replace").strip() if name else ""
        self._accounts = Accounts(self._passwords, computer)
        self._endpoint_host = Host(
            service=Service(self._shells, self._launcher, self._settings),
            shells=self._shells,
            faults=self._faults,
            envelope_limit=self._settings.envelope_limit,
            allow_unencrypted=self._settings.allow_unencrypted,
            machine_name=computer or self._host,
            logins_refused=self._logins_refused,
            refuse_logins=self._refuse_logins,
            refuse_connections=self._refuse_connections,
            strike=self._strike,
        )
        try:
            self._listener = Listener(self._host, self.port, self._connection, self._tls)
            self.port = self._listener.port
            await self._follow(self._machine.power())
        except BaseException:
            await self.stop()
            raise
        self._watcher = asyncio.get_running_loop().create_task(self._watch())

    async def stop(self) -> None:
        """Close the port, cut every connection, end every program, remove the accounts' file."""
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.wait([self._watcher])
        self._close_port()
        self._shells.clear()
        if self._listener is not None:
            await self._listener.release()
        await self._launcher.wait_closed()
        if self._accounts is not None:
            self._accounts.close()

    async def wait(self) -> None:
        """Return, or raise, when the host can no longer be followed: never, if all is well."""
        if self._watcher is not None:
            await asyncio.shield(self._watcher)

    async def _watch(self) -> None:
        try:
            while True:
                power = self._machine.power()
                if power != self._power or self._wants_port(power) != self._is_open():
                    await self._follow(power)
                else:
                    await self._wait_for_change(power)
        except Exception:
            _log.exception("the simulated host can no longer be followed")
            self._close_port()
            raise

    async def _wait_for_change(self, seen: Power) -> None:
        loop = asyncio.get_running_loop()
        self._woken.clear()
        pause = self._closed_until - loop.time()
        changes = [
            loop.create_task(self._machine.changed(seen)),
            loop.create_task(self._woken.wait()),
        ]
        try:
            done, _ = await asyncio.wait(
                changes,
                timeout=pause if pause > 0 else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in done:
                task.result()
        finally:
            for task in changes:
                task.cancel()

    async def _follow(self, power: Power) -> None:
        before, self._power = self._power, power
        wanted = self._wants_port(power)
        rebooted = before is not None and before.boot != power.boot
        if rebooted or not wanted:
            self._close_port()
        if rebooted or power.off:
            self._shells.clear()
        if wanted and self._listener is not None and not self._listener.is_open:
            await self._listener.open()

    def _is_open(self) -> bool:
        return self._listener is not None and self._listener.is_open

    def _wants_port(self, power: Power) -> bool:
        return power.listening and asyncio.get_running_loop().time() >= self._closed_until

    def _close_port(self) -> None:
        if self._listener is not None:
            self._listener.close()
        for connection in list(self._connections):
            connection.reset()

    def _connection(self) -> Connection:
        assert self._accounts is not None
        authenticator = Authenticator(
            self._accounts,
            self._settings,
            secure=self._secure,
            fingerprint=self._fingerprint,
        )
        endpoint = Endpoint(self._endpoint_host, authenticator, secure=self._secure)
        return Connection(endpoint, self._settings, self._admit, self._connections.discard)

    def _admit(self, connection: Connection) -> bool:
        if not self._is_open() or len(self._connections) >= self._settings.max_connections:
            return False
        self._connections.add(connection)
        return True

    def _logins_refused(self) -> bool:
        down = self._power is None or not self._power.accounts
        return down or asyncio.get_running_loop().time() < self._refused_until

    def _refuse_logins(self, seconds: float) -> None:
        self._refused_until = asyncio.get_running_loop().time() + seconds

    def _refuse_connections(self, seconds: float) -> None:
        self._closed_until = asyncio.get_running_loop().time() + seconds
        self._close_port()
        self._woken.set()

    def _strike(self, fault: Fault) -> bool:
        self._machine.strike(fault)
        self._woken.set()
        return self._machine.power() == self._power


async def serve(
    machine: Machine,
    accounts: Mapping[str, str],
    *,
    scheme: Scheme = Scheme.HTTP,
    host: str = "127.0.0.1",
    port: int = 0,
    certificate: ServerCertificate | None = None,
    faults: FaultSchedule | None = None,
    settings: ServerSettings | None = None,
    ready: Callable[[Server], None] | None = None,
) -> None:
    """Serve a machine in the foreground until cancelled.

    Args:
        ready: Told when the port is taken.

    Raises:
        OSError: The port cannot be had.
    """
    server = Server(
        machine,
        accounts,
        scheme=scheme,
        host=host,
        port=port,
        certificate=certificate,
        faults=faults,
        settings=settings,
    )
    await server.start()
    try:
        if ready is not None:
            ready(server)
        await server.wait()
    finally:
        await server.stop()
