"""The real agent at the other end of a real SSH connection."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "contract"))

from engine_host import EngineHost
from ssh_server import USER, Sshd

from provision.model.ssh import SSHSettings
from provision.transport.ssh import SSHConnector
from provision.transport.ssh_identity import Secrets


def settings_for(sshd: Sshd, **changes: Any) -> SSHSettings:
    """What a host file says of a server."""
    return SSHSettings(
        address="127.0.0.1",
        port=sshd.port,
        user=USER,
        key=str(sshd.key),
        known_hosts=str(sshd.known_hosts),
        config=False,
    ).model_copy(update=changes)


def host_over_ssh(folder: Path, sshd: Sshd, **changes: Any) -> EngineHost:
    """A host whose agents are started by that server."""

    def connect(environment: dict[str, str]) -> SSHConnector:
        sshd.environment(environment)
        return SSHConnector(settings_for(sshd, **changes), Secrets(), wait=1.0)

    folder.mkdir(parents=True, exist_ok=True)
    return EngineHost(folder, connect=connect)
