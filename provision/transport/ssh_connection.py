"""One SSH connection through all its jump hosts, made by Fabric, with every host's key checked.

Fabric by itself believes every key, also those of jump hosts, reads settings of its own from the
environment, and leaves the connections to jump hosts open. So each hop is made here.
"""

from __future__ import annotations

import logging
import socket
from contextlib import suppress
from typing import Any

from fabric import Config, Connection
from paramiko import ProxyCommand, SSHConfig, Transport

from provision.model.ssh import SSHSettings
from provision.transport.errors import ConnectionBroken
from provision.transport.ssh_errors import translate
from provision.transport.ssh_host_keys import HostKeyCheck
from provision.transport.ssh_identity import Identity, Secrets
from provision.transport.ssh_route import WINDOWS_USER, Hop, route

_ATTEMPT = 15
"""Seconds that each part of one attempt may take: the socket, the first line, the login."""

# paramiko writes what goes wrong, with tracebacks, to standard error where nobody listens to it.
logging.getLogger("paramiko").addHandler(logging.NullHandler())


class _Hearing(Transport):  # type: ignore[misc]
    """A transport that keeps why the host hung up."""

    farewell = ""

    def _parse_disconnect(self, message: Any) -> None:
        message.get_int()
        self.farewell = message.get_text()
        message.rewind()
        super()._parse_disconnect(message)


class _Proxy(ProxyCommand):  # type: ignore[misc]
    """A ProxyCommand that may have ended before it is closed, which paramiko's may not."""

    def close(self) -> None:
        with suppress(ProcessLookupError):
            super().close()
        with suppress(Exception):
            self.process.communicate(timeout=5)


class SSHConnection:
    """A connection to one host, logged in; nobody is asked anything.

    Args:
        settings: How the host file says it is reached; with an address.
        secrets: Resolved.
        user: Whom to log in as when nothing says so.

    Attributes:
        fabric: Fabric's connection, open.
        host_key: What was found about the host's key, for people; empty until it was believed.
        login: What the host accepted, for people.
    """

    def __init__(self, settings: SSHSettings, secrets: Secrets, user: str = WINDOWS_USER) -> None:
        self._settings = settings
        self._user = user
        self._secrets = secrets
        self._opened: list[Connection] = []
        self._proxy: _Proxy | None = None
        self.fabric: Any = None
        self.host_key = ""
        self.login = ""
        self.place = ""

    @property
    def transport(self) -> Any:
        """paramiko's transport of the host itself."""
        return self.fabric.transport

    def open(self) -> None:
        """Connect hop by hop.

        Raises:
            TransportError: As `ssh_errors.translate`, `HostKeyCheck` and `Identity` say.
        """
        try:
            for hop in route(self._settings, self._user):
                self._open(hop)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close everything that was opened, the nearest last; never raises."""
        for one in reversed(self._opened):
            with suppress(Exception):
                one.client.close()
        if self._proxy is not None:
            self._proxy.close()
        self._proxy = None
        self._opened.clear()
        self.fabric = None

    def _open(self, hop: Hop) -> None:
        self.place = hop.place
        check = HostKeyCheck(hop, self._settings.host_key)
        identity = Identity(hop, self._settings, self._secrets)
        seconds = min(_ATTEMPT, self._settings.connect_timeout)
        connection = Connection(
            hop.address,
            user=hop.user,
            port=hop.port,
            config=Config(lazy=True, ssh_config=SSHConfig()),
            gateway=self._opened[-1] if self._opened else None,
            connect_timeout=seconds,
            connect_kwargs={
                "auth_strategy": identity,
                "transport_factory": lambda sock, **options: _transport(sock, check, options),
                "banner_timeout": seconds,
                "auth_timeout": seconds,
                "channel_timeout": seconds,
            },
        )
        connection.client.set_missing_host_key_policy(check)
        self._opened.append(connection)
        try:
            if hop.proxy_command:
                self._proxy = _Proxy(hop.proxy_command)
                connection.connect_kwargs["sock"] = self._proxy
            connection.open()
        except Exception as error:
            transport = connection.client.get_transport()
            farewell = getattr(transport, "farewell", "")
            told = translate(error, hop.place, self._secrets.scrub)
            if farewell and isinstance(told, ConnectionBroken):
                told.details = self._secrets.scrub(farewell)
            raise told from None
        finally:
            if not hop.jump:
                self.host_key, self.login = check.judged, identity.accepted
        self.fabric = connection


def _transport(sock: Any, check: HostKeyCheck, options: dict[str, Any]) -> Transport:
    transport = _Hearing(sock, **options)
    transport.daemon = True
    security = transport.get_security_options()
    security.key_types = check.preferred(security.key_types)
    if isinstance(sock, socket.socket):
        # An answer is awaited after nearly every write; Nagle would hold its end back.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return transport
