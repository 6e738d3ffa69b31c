"""What is in an image: its layers with their files, and its configuration."""

from __future__ import annotations

from typing import Literal

from provision.simulator.world.thing import Frozen, Thing


class LayerFile(Frozen):
    """A file or folder that a layer brings or takes away.

    Args:
        path: As in the container, with a drive letter.
        text: Its content, when that is known and short.
    """

    path: str
    folder: bool = False
    size: int = 0
    text: str | None = None
    gone: bool = False


class Layer(Frozen):
    """One layer.

    Args:
        id: 64 hexadecimal digits.
        by: The instruction that made it, as `docker history` shows it.
        size: Bytes on the disk.
        download: Bytes that a pull fetches for it.
        empty: It changes the configuration only.
    """

    id: str
    created: str
    by: str = ""
    size: int = 0
    download: int = 0
    empty: bool = False
    files: tuple[LayerFile, ...] = ()


class ImageConfig(Frozen):
    """What a container of the image begins with.

    Args:
        env: `NAME=value` each.
        command: `CMD`.
        shell: What runs a `RUN` or `CMD` in shell form; empty is `cmd /S /C`.
    """

    env: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    directory: str = ""
    user: str = ""
    ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    labels: dict[str, str] = {}
    shell: tuple[str, ...] = ()


class ImageContent(Thing):
    """One image of docker's store, whatever tags it has.

    Args:
        id: Twelve hexadecimal digits, as its tags have; `ids.full` gives all 64.
        parent: Twelve digits; the image that a build made it from.
        os_version: The Windows version it was made for.
        digest: What the registry calls it; empty when it was never there.
        origin: The repository of that digest.
        cached: What a build would have to do to get it again, from its parent.
    """

    noun: Literal["image_content"] = "image_content"
    id: str
    parent: str = ""
    created: str
    os_version: str = ""
    layers: tuple[Layer, ...] = ()
    config: ImageConfig = ImageConfig()
    digest: str = ""
    origin: str = ""
    author: str = ""
    cached: str = ""

    @property
    def key(self) -> str:
        return self.id.lower()

    @property
    def size(self) -> int:
        """Bytes on the disk, with all layers."""
        return sum(layer.size for layer in self.layers)
