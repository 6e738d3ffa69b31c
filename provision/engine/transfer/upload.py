"""Sending one content to a file of the host."""

from __future__ import annotations

from collections.abc import Iterator

import pybase64

from provision.agent.operations.base import ChangeAnswer, OperationError
from provision.agent.operations.files import (
    FileCommit,
    FileStat,
    FileStatAnswer,
    FileWrite,
    Kind,
)
from provision.engine.transfer import beside
from provision.engine.transfer.asking import Asking
from provision.engine.transfer.resume import good_until
from provision.engine.transfer.source import Source, changed_meanwhile
from provision.engine.transfer.squeeze import Squeezer
from provision.engine.transfer.watch import Watch
from provision.model.outcome import Json
from provision.steps.transfer import Sent

PIECE = 256 * 1024
"""Raw bytes in one request: 350 KB as base64, within the 500 KB envelope of Windows 2016."""

PIECES = 8
"""Requests that are made at once: 2 MB of content, 6 MB of memory."""

TRIES = 3
"""Beginnings: a part that became shorter, or damaged, is looked at again."""

_AGAIN = frozenset({"BadRequest", "HashMismatch", "NotFound"})
"""A commit that found another hash, and is asked for again after a loss, finds no part."""


def upload(
    connection: Asking, source: Source, path: str, watch: Watch, *, check: bool = False
) -> Sent:
    """Bring a file of the host to this content; sends nothing when its hash is equal already.

    Raises:
        OperationError: The host cannot write, or what arrived has another hash.
        TaskError: The content changed meanwhile, or the task's time is over.
    """
    sha256 = source.sha256()
    there = connection.call(FileStat(path=path, hash=True))
    before = state_of(there)
    after: Json = {"kind": "file", "sha256": sha256}
    if there.sha256 == sha256 or check:
        change = ChangeAnswer(changed=there.sha256 != sha256, before=before, after=after)
        return Sent(change=change, sha256=sha256, bytes=source.size)
    watch.begin()
    refused: OperationError | None = None
    for _ in range(TRIES):
        part = connection.call(FileStat(path=f"{path}.part"))
        start = good_until(connection, source, f"{path}.part", min(part.bytes, source.size))
        try:
            carried = _send(connection, source, path, start, watch)
            connection.call(FileCommit(path=path, sha256=sha256))
        except OperationError as error:
            refused = error
            if error.record.id.split(",")[0] not in _AGAIN:
                raise
            if source.sha256() != sha256:
                raise changed_meanwhile(source.name) from None
            continue
        change = ChangeAnswer(changed=True, before=before, after=after)
        return Sent(
            change=change, sha256=sha256, bytes=source.size, carried=carried, resumed_at=start
        )
    assert refused is not None
    raise refused


def state_of(there: FileStatAnswer) -> Json:
    """Give a change's `before` for what stands at a path."""
    if there.kind is Kind.FILE and there.sha256 is not None:
        return {"kind": "file", "sha256": there.sha256}
    return {"kind": there.kind.value}


def _send(connection: Asking, source: Source, path: str, start: int, watch: Watch) -> int:
    """Send everything from an offset on; gives the bytes that went over the wire for it."""
    watch.moved(source.name, start, source.size)
    begun = beside.send(connection, source, path, start, watch)
    carried = begun - start
    if start < begun == source.size:
        return carried
    start = begun
    for done, batch in _batches(source, path, start):
        for answer in connection.try_many(batch):
            if isinstance(answer, OperationError):
                raise answer
        carried += sum(len(piece.content) for piece in batch)
        watch.moved(source.name, done, source.size)
    return carried


def _batches(source: Source, path: str, start: int) -> Iterator[tuple[int, list[FileWrite]]]:
    """Give the requests, and how far they reach. At least one: it cuts a part that is too long."""
    squeezer = Squeezer()
    offset = start
    while offset < source.size or offset == start:
        batch = []
        for _ in range(PIECES):
            piece = source.read(offset, PIECE)
            content, compressed = squeezer.squeeze(piece)
            text = pybase64.b64encode_as_string(content)
            batch.append(FileWrite(path=path, offset=offset, content=text, compressed=compressed))
            offset += len(piece)
            if offset >= source.size:
                break
        yield offset, batch
        if not piece:
            return
