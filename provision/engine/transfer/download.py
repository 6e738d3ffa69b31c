"""Fetching one file of the host to the controller."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from provision.agent.operations.base import ChangeAnswer, OperationError
from provision.agent.operations.files import FileRead, FileReadAnswer, FileStat, Kind
from provision.engine.transfer.asking import Asking
from provision.engine.transfer.beside import Fetcher
from provision.engine.transfer.resume import good_until
from provision.engine.transfer.source import Source, changed_meanwhile, open_file
from provision.engine.transfer.squeeze import Squeezer, unpack
from provision.engine.transfer.upload import PIECE, PIECES
from provision.engine.transfer.watch import Watch
from provision.model.errors import TaskError
from provision.model.outcome import Json
from provision.steps.transfer import Sent


def download(
    connection: Asking, path: str, dest: Path, watch: Watch, *, check: bool = False
) -> Sent:
    """Bring a file of the controller to the content of a host's file.

    Of a file that grows meanwhile, such as a log, comes what it had in the beginning.

    Raises:
        TaskError: The host has no such file, it changed meanwhile, or nothing can be written here.
        OperationError: The host cannot read it.
    """
    there = connection.call(FileStat(path=path, hash=True))
    if there.kind is not Kind.FILE or there.sha256 is None:
        what = "a folder" if there.kind is Kind.FOLDER else "no file there"
        raise TaskError(f"{path} cannot be fetched: {what}")
    try:
        before = _state(dest)
        after: Json = {"kind": "file", "sha256": there.sha256}
        if before == after or check:
            change = ChangeAnswer(changed=before != after, before=before, after=after)
            return Sent(change=change, sha256=there.sha256, bytes=there.bytes)
        dest.parent.mkdir(parents=True, exist_ok=True)
        start, carried = _fetch(connection, path, dest, watch, there.bytes, there.sha256)
    except OSError as error:
        raise unwritable(dest.name, error) from None
    change = ChangeAnswer(changed=True, before=before, after=after)
    return Sent(
        change=change,
        sha256=there.sha256,
        bytes=there.bytes,
        carried=carried,
        resumed_at=start,
    )


def unwritable(name: str, error: OSError) -> TaskError:
    """Give the error of a file or folder of the controller that cannot be written."""
    return TaskError(
        f"cannot write {name}: {error.strerror}",
        details=f"at {error.filename}" if error.filename else "",
        resolution="Relative paths are sought beside the playbook.",
    )


def _fetch(
    connection: Asking, path: str, dest: Path, watch: Watch, size: int, sha256: str
) -> tuple[int, int]:
    part = dest.with_name(f"{dest.name}.part")
    with part.open("a+b"):
        pass
    with part.open("r+b") as stream:
        here = Source(part.name, stream)
        start = good_until(connection, here, path, min(here.size, size))
        digest = here.digest(start)
        stream.truncate(start)
        stream.seek(start)
        watch.begin()
        carried = _read(connection, path, stream, digest, start, size, watch)
        stream.flush()
        os.fsync(stream.fileno())
    if digest.hexdigest() != sha256:
        part.unlink()
        raise changed_meanwhile(f"the host's {path}")
    part.replace(dest)
    return start, carried


def _read(
    connection: Asking,
    path: str,
    stream: BinaryIO,
    digest: hashlib._Hash,
    start: int,
    size: int,
    watch: Watch,
) -> int:
    squeezer, fetcher = Squeezer(), Fetcher(connection, path, size)
    offset, carried = start, 0
    watch.moved(path, offset, size)
    while offset < size:
        before = offset
        for piece in fetcher.slice(offset):
            stream.write(piece)
            digest.update(piece)
            offset += len(piece)
        if offset > before:
            carried += offset - before
            watch.moved(path, offset, size)
            continue
        places = range(offset, min(size, offset + PIECES * PIECE), PIECE)
        batch = [
            FileRead(
                path=path,
                offset=place,
                limit=min(PIECE, size - place),
                compress=squeezer.wanted(),
            )
            for place in places
        ]
        answers = connection.try_many(batch)
        if any(request.compress for request in batch):
            squeezer.found(any(isinstance(a, FileReadAnswer) and a.compressed for a in answers))
        for piece in _pieces(path, answers):
            stream.write(piece)
            digest.update(piece)
            offset += len(piece)
        carried += sum(len(a.content) for a in answers if isinstance(a, FileReadAnswer))
        watch.moved(path, offset, size)
    return carried


def _pieces(path: str, answers: Sequence[FileReadAnswer | OperationError]) -> list[bytes]:
    pieces = []
    for answer in answers:
        if isinstance(answer, OperationError):
            raise answer
        piece = unpack(answer)
        if not piece:
            raise changed_meanwhile(f"the host's {path}")
        pieces.append(piece)
    return pieces


def _state(dest: Path) -> Json:
    if dest.is_dir():
        raise TaskError(f"{dest} is a folder", resolution="Give the file's own path as `dest`.")
    if not dest.exists():
        return {"kind": "absent"}
    with open_file(dest, dest.name) as source:
        return {"kind": "file", "sha256": source.sha256()}
