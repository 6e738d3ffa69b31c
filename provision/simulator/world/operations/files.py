"""Files and folders, and files that are sent in pieces."""

from __future__ import annotations

import base64
import binascii

from provision.agent.operations.base import ChangeAnswer
from provision.agent.operations.files import (
    FileCommit,
    FileEnsure,
    FileRead,
    FileReadAnswer,
    FileStat,
    FileStatAnswer,
    FileWrite,
    FileWriteAnswer,
    Kind,
)
from provision.model.outcome import Json
from provision.simulator.machine import OperationRefused
from provision.simulator.world import paths, storage
from provision.simulator.world.files import File, file, part_file
from provision.simulator.world.model import World
from provision.simulator.world.refusal import RefusedAfter, refuse

PART = ".part"


def stat(world: World, request: FileStat, _check: bool) -> tuple[World, FileStatAnswer]:
    """Answer `file.stat`."""
    there = at(world, request.path)
    if there is None or there.kind == "folder":
        return world, FileStatAnswer(kind=_kind(world, request.path), bytes=0)
    sha256 = there.sha256 if request.hash else None
    return world, FileStatAnswer(kind=Kind.FILE, bytes=there.size, sha256=sha256)


def read(world: World, request: FileRead, _check: bool) -> tuple[World, FileReadAnswer]:
    """Answer `file.read`."""
    there = at(world, request.path)
    if there is None or there.kind == "folder":
        raise refuse("NotFound", f"there is no file {request.path}")
    data = there.data()
    if data is None:
        raise refuse(
            "NotSupported",
            f"the simulated host knows only the hash and the length of {there.path}",
        )
    piece = data[request.offset : request.offset + request.limit]
    return world, FileReadAnswer(content=base64.b64encode(piece).decode(), bytes=len(data))


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


def write(world: World, request: FileWrite, check: bool) -> tuple[World, FileWriteAnswer]:
    """Answer `file.write`."""
    path = paths.normal(request.path + PART)
    there = at(world, path)
    data = (there.data() or b"") if there else b""
    if check:
        return world, FileWriteAnswer(bytes=len(data))
    if request.offset > len(data):
        raise refuse(
            "BadRequest",
            f"the part file has {len(data)} bytes, so none can be written at {request.offset}",
        )
    whole = data[: request.offset] + decode(request.content)
    return storage.write(world, part_file(path, whole)), FileWriteAnswer(bytes=len(whole))


def commit(world: World, request: FileCommit, check: bool) -> tuple[World, ChangeAnswer]:
    """Answer `file.commit`."""
    path = paths.normal(request.path)
    refuse_folder(world, path)
    before = state(world, path)
    after: dict[str, Json] = {"kind": "file", "sha256": request.sha256.lower()}
    changed = before != after
    if check:
        return world, ChangeAnswer(changed=changed, before=before, after=after)
    part = at(world, path + PART)
    if part is None or part.kind == "folder":
        if not changed:
            return world, ChangeAnswer(changed=False, before=before, after=before)
        raise refuse("NotFound", f"there is no part file of {path}")
    world = storage.delete(world, part.path)
    if part.sha256 != request.sha256.lower():
        raise RefusedAfter(hash_mismatch(path, part.sha256, request.sha256), world)
    final = file(path, part.data() or b"")
    return storage.write(world, final), ChangeAnswer(changed=changed, before=before, after=after)


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
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise refuse("BadRequest", "the content is not base64") from None


def _kind(world: World, path: str) -> Kind:
    there = at(world, path)
    return Kind.ABSENT if there is None else Kind(there.kind)
