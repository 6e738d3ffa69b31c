"""`docker save` and `docker load`.

An archive is a real tar with a real `manifest.json`, and in the place of gigabytes the model of
each image: so it can be fetched, sent to another simulated host, and loaded there.
"""

from __future__ import annotations

import io
import json
import tarfile

from pydantic import ValidationError

from provision.simulator.world import paths
from provision.simulator.world.docker import ids, store
from provision.simulator.world.docker.commands.asking import need_daemon
from provision.simulator.world.docker.commands.images import need_image, tagged
from provision.simulator.world.docker.content import ImageContent
from provision.simulator.world.docker.options import exactly, read
from provision.simulator.world.docker.play import BUSY, Play
from provision.simulator.world.docker.reference import parse
from provision.simulator.world.effects import Put
from provision.simulator.world.files import File, file

SPEED = 60_000_000.0
"""Bytes of an image per host second."""


def save(play: Play, arguments: tuple[str, ...]) -> None:
    """`docker save -o`."""
    options = read(play, "save", arguments, takes="o|output platform")
    exactly(play, "save", options, 1)
    need_daemon(play, f"images/get?names={options.words[0]}")
    if not options.value("output"):
        play.fail("Cowardly refusing to save to a terminal. Use the -o flag or redirect.")
    images = [need_image(play, name) for name in options.words]
    target = paths.normal(options.value("output"), play.directory)
    above = paths.parent(target)
    if not paths.is_root(above) and play.world.find(File, paths.key(above)) is None:
        play.fail(f"open {target}: The system cannot find the path specified.")
    play.wait(3 + sum(image.size for image in images) / SPEED, BUSY)
    found = file(target, _archive(images, options.words))
    if not play.use_disk(found.size):
        play.fail(f"write {target}: There is not enough space on the disk.")
    play.do(Put(thing=found))


def _archive(images: list[ImageContent], names: list[str]) -> bytes:
    manifest = []
    members: dict[str, bytes] = {}
    for image, name in zip(images, names, strict=True):
        digits = ids.full(image.id)
        named = not name.lower().startswith(("sha256:", image.id[:6]))
        members[f"{digits}.json"] = image.model_dump_json().encode()
        manifest.append(
            {
                "Config": f"{digits}.json",
                "RepoTags": [str(parse(name))] if named else None,
                "Layers": [f"{each.id}/layer.tar" for each in image.layers if not each.empty],
            }
        )
    members["manifest.json"] = json.dumps(manifest).encode()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def load(play: Play, arguments: tuple[str, ...]) -> None:
    """`docker load -i`."""
    options = read(play, "load", arguments, switches="q|quiet", takes="i|input")
    need_daemon(play, "images/load")
    source = paths.normal(options.value("input"), play.directory)
    there = play.world.find(File, paths.key(source))
    if not options.value("input") or there is None:
        play.fail(f"open {source}: The system cannot find the file specified.")
    for image, names in _read(play, there):
        if store.content(play.world, image.id) is None:
            size = sum(layer.size for layer in image.layers)
            if not play.use_disk(size):
                play.fail(
                    "Error processing tar file(exit status 1): There is not enough space on the "
                    "disk."
                )
            play.wait(2 + size / SPEED, BUSY)
            play.do(Put(thing=image))
        for name in names:
            play.do(Put(thing=tagged(image, name, play)))
            play.say(f"Loaded image: {name}")
        if not names:
            play.say(f"Loaded image ID: sha256:{ids.full(image.id)}")


def _read(play: Play, archive: File) -> list[tuple[ImageContent, list[str]]]:
    data = archive.data()
    try:
        with tarfile.open(fileobj=io.BytesIO(data or b"")) as tar:
            members = {each.name: (tar.extractfile(each) or io.BytesIO()).read() for each in tar}
        entries = json.loads(members["manifest.json"])
        return [
            (ImageContent.model_validate_json(members[each["Config"]]), each["RepoTags"] or [])
            for each in entries
        ]
    except (tarfile.TarError, KeyError, TypeError, ValueError, ValidationError):
        play.fail("Error processing tar file(exit status 1): unexpected EOF")
