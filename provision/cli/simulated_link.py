"""A simulated host in a thread of ours, reached over loopback as a real one would be."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from provision.cli.link import WinRMLink
from provision.cli.located import Located, state_file
from provision.cli.only_one import only_one
from provision.engine.clock import HostClock
from provision.model.host import Authentication, SimulateSettings
from provision.model.secret import Secret
from provision.simulator.thread import SimulatorServer
from provision.simulator.world.simulated_host import SimulatedHost
from provision.transport.winrm import WinRMConnector

_LOOPBACK = "127.0.0.1"
_KNOWN = (Authentication.BASIC, Authentication.NTLM, Authentication.NEGOTIATE)


@contextmanager
def open_simulated(located: Located, knobs: SimulateSettings) -> Iterator[WinRMLink]:
    """Start a simulated host with its kept state, and stop it at the end.

    The host file's own secret is not needed: a password is made up for this run. An authentication
    that the simulator does not know gives way to NTLM.

    Raises:
        HostHeld: Another process has this simulated host.
    """
    with only_one(state_file(located), located.host.name):
        yield from _open(located, knobs)


def _open(located: Located, knobs: SimulateSettings) -> Iterator[WinRMLink]:
    written = located.host.winrm
    password = Secret(secrets.token_urlsafe(16))
    machine = SimulatedHost(knobs, path=state_file(located), user=written.user)
    accounts = {written.user: password.get_secret_value()}
    with SimulatorServer(machine, accounts=accounts, scheme=written.scheme) as server:
        changed = {
            "address": _LOOPBACK,
            "port": server.port,
            "auth": written.auth if written.auth in _KNOWN else Authentication.NTLM,
            "ca": str(server.ca_path) if server.ca_path else None,
            "verify": True,
            "proxy": None,
        }
        settings = written.model_copy(update=changed)
        connector = WinRMConnector(settings, _LOOPBACK, server.port, password)
        clock = HostClock(machine.speed)
        try:
            yield WinRMLink(
                connector=connector,
                clock=clock,
                connect_timeout=settings.connect_timeout,
                settings=settings,
                address=_LOOPBACK,
                port=server.port,
                password=password,
            )
        finally:
            loop = server.call(asyncio.get_running_loop)
            asyncio.run_coroutine_threadsafe(machine.close(), loop).result()
