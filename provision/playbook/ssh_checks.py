"""What is wrong, or better not left so, with a host's `ssh` section."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from provision.model.errors import Problem
from provision.model.position import Position
from provision.model.ssh import SSHSettings
from provision.playbook.addresses import address_hint

At = Callable[[str], Position | None]
"""Gives the place of a key; the host's own when it is written nowhere."""

FILES = ("key", "known_hosts", "config")
_SECRETS = ("password", "passphrase")


def problems(host: str, ssh: SSHSettings, at: At) -> Iterator[Problem]:
    """Find what a real host needs and does not have."""
    if not ssh.address:
        hint = "give ssh.address, or a simulate block for a simulated host"
        yield Problem(f"the host '{host}' has no address", at(""), hint)
    elif hint := address_hint(ssh.address):
        yield Problem(f"'{ssh.address}' is no address", at("address"), hint)
    for name in _SECRETS:
        if getattr(ssh, name) == "":
            hint = f"give a reference, for instance: {name}: {{env: SSH_{name.upper()}}}"
            yield Problem(f"the host '{host}' has an empty {name}", _bare(at(name)), hint)
    if ssh.passphrase is not None and ssh.key is None:
        hint = "name the key's file as ssh.key"
        yield Problem("a passphrase without a key opens nothing", _bare(at("passphrase")), hint)


def notices(ssh: SSHSettings, at: At) -> Iterator[Problem]:
    """Find what works and should not be left so; never holds a secret."""
    for name in _SECRETS:
        if isinstance(written := getattr(ssh, name), str) and written:
            hint = f"use a reference: {name}: {{env: NAME}}, {{file: path}} or {{command: …}}"
            message = f"the {name} stands in the file, readable to all who can read it"
            yield Problem(message, _bare(at(name)), hint)


def _bare(position: Position | None) -> Position | None:
    """Take the line's text away, which may hold the secret."""
    return Position(position.file, position.line, position.column) if position else None
