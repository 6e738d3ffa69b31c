"""How a host is reached: really, or through a simulator that runs in a thread of ours."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from provision.cli.located import Located
from provision.cli.secret_of import secret_of
from provision.engine.clock import HostClock
from provision.engine.connection import HostConnection
from provision.engine.emitter import Emitter
from provision.engine.interruption import Interruption
from provision.model.clock import Clock
from provision.model.errors import InputError, Problem
from provision.model.facts import Facts
from provision.model.host import Scheme, WinRMSettings
from provision.model.secret import Secret
from provision.transport.channel import Connector
from provision.transport.winrm import WinRMConnector

_PORTS = {Scheme.HTTP: 5985, Scheme.HTTPS: 5986}


@dataclass(frozen=True, slots=True)
class Link:
    """Everything that is needed to talk to one host.

    Args:
        connect_timeout: Seconds for the host to give its first authenticated answer.
    """

    connector: Connector
    clock: Clock
    connect_timeout: int


@dataclass(frozen=True, slots=True)
class WinRMLink(Link):
    """A host behind WinRM.

    Args:
        settings: As they are used: those of a simulated host differ from what is written.
    """

    settings: WinRMSettings
    address: str
    port: int
    password: Secret | None

    def scrub(self, text: str) -> str:
        """Take the password out of a text."""
        secret = self.password.get_secret_value() if self.password else ""
        return text.replace(secret, "***") if secret else text


@contextmanager
def open_link(located: Located) -> Iterator[Link]:
    """Make a host reachable; a simulated one lives until the end.

    Raises:
        SecretError: The password cannot be had.
        InputError: The host has no address, or a file that it names is not there.
    """
    simulate = located.host.simulate
    if simulate is None and located.host.ssh is not None:
        from provision.cli.ssh_link import ssh_link

        yield ssh_link(located, located.host.ssh)
        return
    if simulate is None or simulate.served:
        yield _real(located, simulate.speed if simulate else 1.0)
        return
    from provision.cli.simulated_link import open_simulated

    with open_simulated(located, simulate) as link:
        yield link


def observe(link: Link) -> Facts:
    """Connect to a host and observe it, outside of any run.

    Raises:
        UnreachableError: No usable answer came.
    """
    connection = HostConnection(
        link.connector, link.clock, Emitter("", ()), Interruption(link.clock)
    )
    try:
        return connection.open(link.connect_timeout * link.clock.speed)
    finally:
        connection.close()


def _real(located: Located, speed: float) -> WinRMLink:
    host = located.host
    settings = host.winrm
    if settings.address is None:
        hint = "write `winrm: {address: 192.0.2.10}`, or `simulate: {}` for a simulated host"
        raise InputError([Problem(f"{host.name}: the address is missing", host.position, hint)])
    for key in ("ca", "certificate", "key"):
        path = getattr(settings, key)
        if path and not Path(path).exists():
            hint = "a relative path is sought beside the host file"
            message = f"{host.name}: winrm.{key}: the file {path} is not there"
            raise InputError([Problem(message, host.position, hint)])
    if settings.ca and Path(settings.ca).is_file() and not _holds_certificates(settings.ca):
        hint = "export it as Base-64, or turn it into PEM on Windows: certutil -encode IN OUT"
        message = f"{host.name}: winrm.ca: {settings.ca} holds no certificate in PEM form"
        raise InputError([Problem(message, host.position, hint)])
    password = None
    if settings.password is not None:
        password = secret_of(settings.password, located.folder, located.password_at)
    port = settings.port or _PORTS[settings.scheme]
    connector = WinRMConnector(settings, settings.address, port, password)
    return WinRMLink(
        connector=connector,
        clock=HostClock(speed),
        connect_timeout=settings.connect_timeout,
        settings=settings,
        address=settings.address,
        port=port,
        password=password,
    )


def _holds_certificates(path: str) -> bool:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except OSError:  # Of ssl's too: nothing in it, or nonsense.
        return False
    return True
