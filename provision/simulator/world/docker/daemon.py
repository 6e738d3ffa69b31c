"""The docker engine itself: its versions, and what it says when nobody is there."""

from __future__ import annotations

import re

from provision.model.outcome import Json
from provision.simulator.world.thing import Frozen

_REFUSED = (
    "An error occurred trying to connect: Get http://127.0.0.1:2375/{path}: dial tcp "
    "127.0.0.1:2375: connectex: No connection could be made because the target machine actively "
    "refused it."
)
_NO_PIPE = (
    "error during connect: Get http://%2F%2F.%2Fpipe%2Fdocker_engine/{path}: open "
    "//./pipe/docker_engine: The system cannot find the file specified."
)
API = {(1, 10): "1.22", (1, 12): "1.24", (17, 6): "1.30", (18, 9): "1.39", (20, 10): "1.41"}
"""The API version that a release brought; between two, the earlier one's. Source: docker's API
version history."""


class Docker(Frozen):
    """An installed docker: client, daemon, and the Windows service of that name.

    Args:
        server: Version of the daemon; whether it answers is the service's state.
        json_format: The client knows `--format`; TP4's does not.
        config: What `daemon.json` said when the daemon was started last.
        made: How many things it has made an id for.
        failed_pulls: How many pulls the registry has failed.
    """

    client: str
    server: str
    json_format: bool = True
    config: dict[str, Json] = {}
    made: int = 0
    failed_pulls: int = 0

    def since(self, *release: int) -> bool:
        """Tell whether the client is of this release or a later one."""
        return release_of(self.client) >= release


def release_of(version: str) -> tuple[int, ...]:
    """Give the numbers of a version such as `1.12.2-cs2-ws-beta`."""
    found = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", version)
    return tuple(int(part or 0) for part in found.groups()) if found else (0, 0, 0)


def api_version(version: str) -> str:
    """Give the API version of a release."""
    release = release_of(version)[:2]
    return max(
        ((since, api) for since, api in API.items() if since <= release), default=((), "1.22")
    )[1]


def cannot_connect(docker: Docker, path: str) -> str:
    """Give what the client says when the daemon does not answer."""
    text = _NO_PIPE if docker.json_format else _REFUSED
    return text.format(path=f"v{api_version(docker.client)}/{path}")
