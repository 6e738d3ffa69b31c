"""Networks of the modelled docker."""

from __future__ import annotations

from typing import Literal

from provision.simulator.world.thing import Thing


class DockerNetwork(Thing):
    """One network that somebody made; those that docker itself makes are in `networking`.

    Args:
        id: 64 hexadecimal digits.
        subnet: With prefix length; empty when the driver gives none.
        created: ISO 8601 UTC.
    """

    noun: Literal["docker_network"] = "docker_network"
    id: str
    name: str
    driver: str = "nat"
    subnet: str = ""
    gateway: str = ""
    options: dict[str, str] = {}
    labels: dict[str, str] = {}
    internal: bool = False
    created: str = ""

    @property
    def key(self) -> str:
        return self.name.lower()
