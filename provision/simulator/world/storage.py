"""Writing files, with what the disk and what stands in the way have to say."""

from __future__ import annotations

from provision.agent.operations.base import ErrorRecord
from provision.simulator.machine import OperationRefused
from provision.simulator.world import paths
from provision.simulator.world.files import File, folder
from provision.simulator.world.model import World
from provision.simulator.world.refusal import disk_full


def write(world: World, new: File) -> World:
    """Put a file in its place, and its parent folders.

    Raises:
        OperationRefused: No room, or a file stands in a folder's place.
    """
    world = make_folders(world, paths.parents(new.path))
    old = world.find(File, new.key)
    return _use(world, new.size - (old.size if old else 0)).put(new)


def make_folders(world: World, wanted: tuple[str, ...]) -> World:
    """Make folders, outermost first.

    Raises:
        OperationRefused: A file stands in a folder's place.
    """
    for path in wanted:
        there = world.find(File, paths.key(path))
        if there is not None and there.kind == "file":
            raise OperationRefused(
                ErrorRecord(
                    message=f"Cannot create '{path}' because a file or directory with the same "
                    "name already exists.",
                    id="IOException",
                    hresult="0x800700B7",
                    category="NotSpecified",
                    exception="System.IO.IOException",
                )
            )
        if there is None:
            world = world.put(folder(path))
    return world


def delete(world: World, path: str) -> World:
    """Take away what stands at a path, and give its room back."""
    freed = sum(each.size for each in world.files if paths.within(each.path, path))
    return _use(world.remove("file", paths.key(path)), -freed)


def _use(world: World, size: int) -> World:
    free = world.disk.free_bytes - size
    if size > 0 and free < 0:
        raise disk_full()
    free = min(free, world.disk.total_bytes)
    return world.with_(disk=world.disk.model_copy(update={"free_bytes": free}))
