"""The operations that reach into files' content: pieces of it, and its hashes.

A long content lies in the spool, and the world only names it. So these handlers get the spool; a
world that none of them gave back may still name a content that has grown since.
"""

from __future__ import annotations

import binascii
import gzip
import zlib
from collections.abc import Callable
from typing import Any

import pybase64

from provision.agent.operations.base import Answer, ChangeAnswer
from provision.agent.operations.files import (
    FileCommit,
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
from provision.simulator.world.files import File, file
from provision.simulator.world.model import World
from provision.simulator.world.operations import files
from provision.simulator.world.refusal import RefusedAfter, refuse
from provision.simulator.world.spool import Spool

PART = ".part"
INLINE_BYTES = 64 * 1024
"""A longer file that was sent stays in the spool, so that a world's tree stays small."""

_WORTH_IT = 0.9

SpoolHandler = Callable[[Spool, World, Any, bool], tuple[World, Answer]]


def stat(
    spool: Spool, world: World, request: FileStat, _check: bool
) -> tuple[World, FileStatAnswer]:
    """Answer `file.stat`."""
    there = files.at(world, request.path)
    if there is None or there.kind == "folder":
        kind = Kind.ABSENT if there is None else Kind.FOLDER
        return world, FileStatAnswer(kind=kind, bytes=0)
    sha256 = None
    if request.hash:
        first = there.size if request.first is None else request.first
        sha256 = there.sha256 if first >= there.size else _begins(spool, there, first)
    return world, FileStatAnswer(kind=Kind.FILE, bytes=there.size, sha256=sha256)


def read(
    spool: Spool, world: World, request: FileRead, _check: bool
) -> tuple[World, FileReadAnswer]:
    """Answer `file.read`."""
    there = files.at(world, request.path)
    if there is None or there.kind == "folder":
        raise refuse("NotFound", f"there is no file {request.path}")
    piece = content(spool, there, request.offset, request.limit)
    if piece is None:
        raise unknown(there)
    small = gzip.compress(piece, 1, mtime=0) if request.compress and piece else piece
    compressed = bool(piece) and len(small) <= _WORTH_IT * len(piece)
    text = pybase64.b64encode_as_string(small if compressed else piece)
    return world, FileReadAnswer(content=text, bytes=there.size, compressed=compressed)


def write(
    spool: Spool, world: World, request: FileWrite, check: bool
) -> tuple[World, FileWriteAnswer]:
    """Answer `file.write`."""
    path = paths.normal(request.path + PART)
    there = files.at(world, path)
    length = there.size if there else 0
    if check:
        return world, FileWriteAnswer(bytes=length)
    if request.offset > length:
        raise refuse(
            "BadRequest",
            f"the part file has {length} bytes, so none can be written at {request.offset}",
        )
    piece = files.decode(request.content)
    if request.compressed:
        piece = _expand(piece)
    name = there.spool if there else ""
    if not name:
        spool.keep(each.spool for each in world.files)
        name = spool.new_name()
        if there and request.offset:
            spool.write(name, 0, content(spool, there, 0, request.offset) or b"")
    size = request.offset + len(piece)
    world = storage.write(world, File(path=path, size=size, spool=name))
    sha256 = spool.write(name, request.offset, piece)
    made = File(path=path, sha256=sha256, size=size, spool=name)
    return world.put(made), FileWriteAnswer(bytes=size)


def commit(
    spool: Spool, world: World, request: FileCommit, check: bool
) -> tuple[World, ChangeAnswer]:
    """Answer `file.commit`."""
    path = paths.normal(request.path)
    files.refuse_folder(world, path)
    before = files.state(world, path)
    after: dict[str, Json] = {"kind": "file", "sha256": request.sha256.lower()}
    changed = before != after
    if check:
        return world, ChangeAnswer(changed=changed, before=before, after=after)
    part = files.at(world, path + PART)
    if part is None or part.kind == "folder":
        if not changed:
            return world, ChangeAnswer(changed=False, before=before, after=before)
        raise refuse("NotFound", f"there is no part file of {path}")
    world = storage.delete(world, part.path)
    if part.sha256 != request.sha256.lower():
        raise RefusedAfter(files.hash_mismatch(path, part.sha256, request.sha256), world)
    final = part.model_copy(update={"path": path})
    if part.spool and part.size <= INLINE_BYTES:
        final = file(path, spool.read(part.spool, 0, part.size))
    elif part.spool:
        final = final.model_copy(update={"spool": spool.settle(part.spool, part.sha256)})
    return storage.write(world, final), ChangeAnswer(changed=changed, before=before, after=after)


def content(spool: Spool, there: File, offset: int, limit: int) -> bytes | None:
    """Give a piece of a file's content; None when only its hash and length are known."""
    if there.spool:
        return spool.read(there.spool, offset, max(0, min(limit, there.size - offset)))
    data = there.data()
    return None if data is None else data[offset : offset + limit]


def unknown(there: File) -> OperationRefused:
    """Give the error of a file whose content nobody knows."""
    return refuse(
        "NotSupported", f"the simulated host knows only the hash and the length of {there.path}"
    )


def _begins(spool: Spool, there: File, first: int) -> str:
    if there.spool:
        return spool.sha256(there.spool, first)
    data = there.data()
    if data is None:
        raise unknown(there)
    return file(there.path, data[:first]).sha256


def _expand(piece: bytes) -> bytes:
    try:
        return gzip.decompress(piece)
    except (OSError, EOFError, zlib.error, binascii.Error):
        raise refuse("BadRequest", "the content is no gzip") from None
