"""How a host behind SSH is reached; apart, because what SSH needs takes long to import."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from provision.cli.link import Link
from provision.cli.located import Located
from provision.cli.secret_of import secret_of
from provision.engine.clock import HostClock
from provision.model.errors import InputError, Problem
from provision.model.position import Position
from provision.model.secret import Secret, SecretReference
from provision.model.ssh import SSHSettings
from provision.transport.ssh import SSHConnector
from provision.transport.ssh_identity import Secrets


@dataclass(frozen=True, slots=True)
class SSHLink(Link):
    """A host behind SSH."""

    connector: SSHConnector
    settings: SSHSettings


def ssh_link(located: Located, settings: SSHSettings) -> SSHLink:
    """Make a host reachable.

    Raises:
        InputError: A file that the host file names is not there.
        SecretError: The password or the passphrase cannot be had.
    """
    for name in ("key", "config"):
        path = getattr(settings, name)
        if isinstance(path, str) and not Path(path).is_file():
            hint = "a relative path is sought beside the host file"
            message = f"{located.host.name}: ssh.{name}: the file {path} is not there"
            raise InputError([Problem(message, located.host.position, hint)])

    def secret(reference: SecretReference | str | None, at: Position | None) -> Secret | None:
        return None if reference is None else secret_of(reference, located.folder, at)

    secrets = Secrets(
        password=secret(settings.password, located.password_at),
        passphrase=secret(settings.passphrase, located.passphrase_at),
    )
    return SSHLink(
        connector=SSHConnector(settings, secrets),
        clock=HostClock(1.0),
        connect_timeout=settings.connect_timeout,
        settings=settings,
    )
