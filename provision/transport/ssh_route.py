"""The hosts that a connection goes through, as a host file and `~/.ssh/config` say together."""

from __future__ import annotations

import getpass
import re
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Any

from paramiko import SSHConfig
from paramiko.ssh_exception import ConfigParseError, CouldNotCanonicalize

from provision.model.ssh import SSHSettings
from provision.transport.errors import SettingRefused
from provision.transport.ssh_config import read_config

PORT = 22
WINDOWS_USER = "Administrator"
_OWN_KEYS = "~/.ssh/known_hosts ~/.ssh/known_hosts2"
_GLOBAL_KEYS = "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2"
_MOST_HOPS = 8
_SPEC = re.compile(
    r"(?:ssh://)?(?:(?P<user>.+)@)?(?:\[(?P<v6>[^\]]+)\]|(?P<host>[^:\[\]]+))(?::(?P<port>\d+))?/?"
)


@dataclass(frozen=True, slots=True)
class Hop:
    """One host of the way; the last one is where we want to go.

    Args:
        key_name: The name under which its key is known.
        identities: Files of private keys that `~/.ssh/config` names for it.
        identities_only: Offer only those.
        known_hosts: Files of host keys; new ones go into the first.
        proxy_command: A command that carries the bytes in place of a socket.
        jump: It is only on the way.
    """

    address: str
    port: int
    user: str
    key_name: str
    identities: tuple[str, ...] = ()
    identities_only: bool = False
    known_hosts: tuple[Path, ...] = ()
    proxy_command: str | None = None
    jump: bool = False

    @property
    def place(self) -> str:
        """Where it is, for people."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{'the jump host ' if self.jump else ''}{host}:{self.port}"


def route(settings: SSHSettings, user: str = WINDOWS_USER) -> tuple[Hop, ...]:
    """Give the hosts on the way to a host, in their order, and the host itself.

    Args:
        user: Whom to log in as when nothing says so.

    Raises:
        SettingRefused: `~/.ssh/config` or a jump host cannot be understood.
    """
    assert settings.address is not None
    try:
        return _Router(settings).way(settings.address, user)
    except (ConfigParseError, CouldNotCanonicalize, ValueError) as error:
        raise SettingRefused(
            "the configuration of ssh cannot be understood",
            details=str(error),
            resolution="Correct it, or do without it: `config: false`.",
        ) from None


class _Router:
    def __init__(self, settings: SSHSettings) -> None:
        self._settings = settings
        self._texts = read_config(settings.config)

    def way(self, address: str, user: str) -> tuple[Hop, ...]:
        settings = self._settings
        found = self._lookup(address, settings.port, settings.user)
        hop = self._hop(found, address, user)
        before = self._jumps(settings.jump or _proxy_jumps(found), 1)
        command = None if before else found.get("proxycommand")
        return (*before, _with_command(hop, command))

    def _jumps(self, specs: tuple[str, ...], depth: int) -> tuple[Hop, ...]:
        if depth > _MOST_HOPS:
            raise SettingRefused(
                "the way to the host has no end",
                details=f"ProxyJump, more than {_MOST_HOPS} times in a row: {', '.join(specs)}",
                resolution="Look for a circle in `~/.ssh/config`.",
            )
        hops: tuple[Hop, ...] = ()
        for spec in specs:
            match = _SPEC.fullmatch(spec.strip())
            if match is None:
                raise SettingRefused(
                    f"{spec!r} is no jump host", resolution="Write `[user@]host[:port]`."
                )
            name = match["v6"] or match["host"]
            found = self._lookup(name, match["port"], match["user"])
            hop = self._hop(found, name, getpass.getuser(), jump=True)
            if not hops:
                hops = self._jumps(_proxy_jumps(found), depth + 1)
                hop = hop if hops else _with_command(hop, found.get("proxycommand"))
            hops = (*hops, hop)
        return hops

    def _lookup(self, name: str, port: int | str | None, user: str | None) -> Any:
        """Look a name up; what is given comes first, since a ProxyCommand refers to it too."""
        given = (f"  Port {port}\n" if port else "") + (f"  User {user}\n" if user else "")
        config = SSHConfig()
        for text in (f"Host *\n{given}", *self._texts):
            config.parse(StringIO(text))
        return config.lookup(name)

    def _hop(self, found: Any, name: str, user: str, *, jump: bool = False) -> Hop:
        address = found.get("hostname") or name
        port = int(found.get("port", PORT))
        alias = found.get("hostkeyalias")
        files = (
            f"{found.get('userknownhostsfile', _OWN_KEYS)} "
            f"{found.get('globalknownhostsfile', _GLOBAL_KEYS)}"
        ).split()
        known = (self._settings.known_hosts,) if self._settings.known_hosts else files
        return Hop(
            address=address,
            port=port,
            user=found.get("user") or user,
            key_name=alias or (address if port == PORT else f"[{address}]:{port}").lower(),
            identities=tuple(found.get("identityfile", ())),
            identities_only=found.get("identitiesonly", "no").lower() == "yes",
            known_hosts=tuple(Path(file).expanduser() for file in known),
            jump=jump,
        )


def _with_command(hop: Hop, command: str | None) -> Hop:
    if not command or command.lower() == "none":
        return hop
    return replace(hop, proxy_command=command)


def _proxy_jumps(found: Any) -> tuple[str, ...]:
    written = found.get("proxyjump", "none")
    return () if written.lower() == "none" else tuple(written.split(","))
