"""Docker and the container images of the modelled host."""

from __future__ import annotations

from typing import Literal

from provision.simulator.world.thing import Frozen, Thing


class Docker(Frozen):
    """An installed docker: client, daemon, and the Windows service of that name.

    Args:
        server: Version of the daemon; whether it answers is the service's state.
        json_format: The client knows `--format`; TP4's does not.
    """

    client: str
    server: str
    json_format: bool = True


class Image(Thing):
    """One tag of an image, as `docker images` lists it.

    Args:
        created: When the image was made, ISO 8601 UTC.
    """

    noun: Literal["image"] = "image"
    repository: str
    tag: str
    id: str
    created: str
    size: str = "0 B"

    @property
    def key(self) -> str:
        return f"{self.repository}:{self.tag}".lower()


class ContainerImage(Thing):
    """One image of `Get-ContainerImage`: Windows' own store, before docker knows of it."""

    noun: Literal["container_image"] = "container_image"
    name: str
    version: str
    id: str

    @property
    def key(self) -> str:
        return f"{self.name}:{self.version}".lower()
