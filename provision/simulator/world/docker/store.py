"""Looking for images and containers in docker's store, as the daemon does."""

from __future__ import annotations

import re

from provision.simulator.world.docker import ids
from provision.simulator.world.docker.container import Container
from provision.simulator.world.docker.content import ImageConfig, ImageContent, Layer
from provision.simulator.world.docker.image import Image
from provision.simulator.world.docker.reference import parse
from provision.simulator.world.model import World

BASE_BYTES = 9_300_000_000
_HEX = re.compile(r"[0-9a-f]{1,64}$")
_VERSION = re.compile(r"10\.0\.\d+(\.\d+)?$")


def all_contents(world: World) -> tuple[ImageContent, ...]:
    """Give every image of the store, those without a tag too."""
    known = {each.id for each in world.image_contents}
    bare: dict[str, ImageContent] = {}
    for tag in world.images:
        if tag.id not in known and (tag.id not in bare or _VERSION.match(tag.tag)):
            bare[tag.id] = _base(world, tag)
    return (*world.image_contents, *bare.values())


def content(world: World, short: str) -> ImageContent | None:
    """Give the image with these twelve digits."""
    return next((each for each in all_contents(world) if each.id == short), None)


def tags(world: World, short: str) -> tuple[Image, ...]:
    """Give an image's tags."""
    return tuple(each for each in world.images if each.id == short and "<none>" not in each.name)


def find_image(world: World, name: str) -> ImageContent | None:
    """Give an image by its name, its digest or the beginning of its id."""
    wanted = parse(name)
    for tag in world.images:
        same = parse(tag.name)
        if not wanted.digest and (same.repository, same.tag) == (wanted.repository, wanted.tag):
            return content(world, tag.id)
    everything = all_contents(world)
    if wanted.digest:
        found = (e for e in everything if e.digest == wanted.digest and e.origin)
        return next((e for e in found if parse(e.origin).repository == wanted.repository), None)
    digits = name.lower().removeprefix("sha256:")
    if not _HEX.match(digits):
        return None
    matching = [each for each in everything if ids.full(each.id).startswith(digits)]
    return matching[0] if len(matching) == 1 else None


def find_container(world: World, name: str) -> Container | None:
    """Give a container by its name or the beginning of its id."""
    key = name.lower().lstrip("/")
    named = next((each for each in world.containers if each.key == key), None)
    if named is not None or not _HEX.match(key):
        return named
    matching = [each for each in world.containers if each.id.startswith(key)]
    return matching[0] if len(matching) == 1 else None


def names(world: World, image: ImageContent) -> tuple[str, ...]:
    """Give an image's names as JSON has them."""
    return tuple(tag.name for tag in tags(world, image.id))


def children(world: World, image: ImageContent) -> tuple[ImageContent, ...]:
    """Give the images that were built on this one."""
    return tuple(each for each in world.image_contents if each.parent == image.id)


def _base(world: World, tag: Image) -> ImageContent:
    """Give the content of an image that Windows' own installer brought: one layer, all of Windows.

    Source: `docker history` of such an image, as users posted it.
    """
    version = tag.tag if _VERSION.match(tag.tag) else world.windows.version
    layer = Layer(
        id=ids.digits("layer", tag.id),
        created=tag.created,
        by="Apply image",
        size=BASE_BYTES,
    )
    return ImageContent(
        id=tag.id,
        created=tag.created,
        os_version=version,
        layers=(layer,),
        config=ImageConfig(command=("c:\\windows\\system32\\cmd.exe",)),
    )
