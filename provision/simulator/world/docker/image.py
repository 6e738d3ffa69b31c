"""Images by their names: docker's tags, and Windows' own store."""

from __future__ import annotations

from typing import Literal

from provision.simulator.world.thing import Thing


class Image(Thing):
    """One tag of an image, as `docker images` lists it; see `ImageContent` for what is in it.

    Args:
        id: Twelve hexadecimal digits.
        created: When the image was made, ISO 8601 UTC.
        size: What the table says; left out, the content's size is said.
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

    @property
    def name(self) -> str:
        """As one writes it."""
        return f"{self.repository}:{self.tag}"


class ContainerImage(Thing):
    """One image of `Get-ContainerImage`: Windows' own store, before docker knows of it."""

    noun: Literal["container_image"] = "container_image"
    name: str
    version: str
    id: str

    @property
    def key(self) -> str:
        return f"{self.name}:{self.version}".lower()
