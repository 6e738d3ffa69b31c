"""Files and folders, and files that are sent in pieces."""

from __future__ import annotations

import binascii

import pybase64

from provision.agent.operations.base import ChangeAnswer
from provision.agent.operations.files import (
    FileEnsure,
    FileEntry,
    FileList,
    FileListAnswer,
    Kind,
)
from provision.model.outcome import Json
from provision.simulator.machine import OperationRefused
from provision.simulator.world import paths, storage
from provision.simulator.world.files import File, file
from provision.simulator.world.model import World
from provision.simulator.world.refusal import refuse

MOST_ENTRIES = 20_000


def list_(world: World, request: FileList, _check: bool) -> tuple[World, FileListAnswer]:
    """Answer `file.list`."""
    folder = paths.normal(request.path)
    kind = _kind(world, folder)
    if kind is Kind.ABSENT:
        raise refuse("NotFound", f"there is no folder {request.path}")
    if kind is Kind.FILE:
        raise refuse("NotSupported", f"{request.path} is a file, not a folder")
    begin = len(folder.rstrip("\\")) + 1
    found = [
        FileEntry(
            path=each.path[begin:],
            kind=Kind(each.kind),
            bytes=each.size,
            sha256=each.sha256 if request.hash and each.kind == "file" else None,
        )
        for each in world.files
        if paths.key(each.path) != paths.key(folder) and paths.within(each.path, folder)
    ]
    if not request.recurse:
        found = [each for each in found if "\\" not in each.path]
    if len(found) > MOST_ENTRIES:
        text = f"there are more than {MOST_ENTRIES} entries in {request.path}"
        raise refuse("NotSupported", text)
    found.sort(key=lambda each: each.path.encode("utf-16-be"))
    return world, FileListAnswer(entries=tuple(found))


def ensure(world: World, request: FileEnsure, check: bool) -> tuple[World, ChangeAnswer]:
    """Answer `file.ensure`."""
    path = paths.normal(request.path)
    before = state(world, path)
    kind = _kind(world, path)
    if Kind.ABSENT not in (kind, request.state) and kind is not request.state:
        raise refuse("NotSupported", f"{path} is a {kind.value}, not a {request.state.value}")
    after: dict[str, Json] = {"kind": request.state.value}
    if request.state is Kind.ABSENT:
        new = storage.delete(world, path)
    elif request.state is Kind.FOLDER:
        new = storage.make_folders(world, (*paths.parents(path), path))
    elif request.content is None and kind is Kind.FILE:
        return world, ChangeAnswer(changed=False, before=before, after=before)
    else:
        made = file(path, decode(request.content or ""))
        after["sha256"] = made.sha256
        new = storage.write(world, made) if after != before and not check else world
    changed = after != before
    return new if changed and not check else world, ChangeAnswer(
        changed=changed, before=before, after=after
    )


def at(world: World, path: str) -> File | None:
    """Give what stands at a path; a drive's root is always there."""
    if paths.is_root(paths.normal(path)):
        return File(path=paths.normal(path), kind="folder")
    return world.find(File, paths.key(path))


def state(world: World, path: str) -> dict[str, Json]:
    """Give `before` or `after` of what changes a file."""
    there = at(world, path)
    if there is not None and there.kind == "file":
        return {"kind": "file", "sha256": there.sha256}
    return {"kind": _kind(world, path).value}


def refuse_folder(world: World, path: str) -> None:
    """Refuse to put a file in a folder's place."""
    if _kind(world, path) is Kind.FOLDER:
        raise refuse("NotSupported", f"{path} is a folder")


def hash_mismatch(what: str, found: str, wanted: str) -> OperationRefused:
    """Give the error of a file with another hash."""
    return refuse("HashMismatch", f"{what} has the SHA-256 {found}, not {wanted.lower()}")


def decode(content: str) -> bytes:
    """Read base64."""
    try:
        return pybase64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise refuse("BadRequest", "the content is not base64") from None


def _kind(world: World, path: str) -> Kind:
    there = at(world, path)
    return Kind.ABSENT if there is None else Kind(there.kind)
