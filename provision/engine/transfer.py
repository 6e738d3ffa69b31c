"""Sending bytes to a file of the host, in pieces that fit a request."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

from provision.agent.operations.base import ChangeAnswer
from provision.agent.operations.files import FileCommit, FileStat, FileWrite, Kind
from provision.engine.connection import HostConnection
from provision.model.outcome import Json

PIECE = 48 * 1024
"""Raw bytes in one piece: 86 KB once it is base64 in JSON in base64, within one WinRM Send."""


def upload(
    connection: HostConnection, content: bytes, path: str, *, check: bool = False
) -> ChangeAnswer:
    """Bring a file of the host to this content; sends nothing when its hash is equal already.

    Raises:
        OperationError: The host cannot write, or what arrived has another hash.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    there = connection.call(FileStat(path=path, hash=True))
    before: Json = {"kind": there.kind.value}
    if there.kind is Kind.FILE:
        before = {"kind": "file", "sha256": there.sha256}
    after: Json = {"kind": "file", "sha256": sha256}
    if there.sha256 == sha256:
        return ChangeAnswer(changed=False, before=before, after=before)
    if check:
        return ChangeAnswer(changed=True, before=before, after=after)
    for offset, piece in _pieces(content):
        text = base64.b64encode(piece).decode("ascii")
        connection.call(FileWrite(path=path, offset=offset, content=text))
    return connection.call(FileCommit(path=path, sha256=sha256))


def _pieces(content: bytes) -> Iterator[tuple[int, bytes]]:
    for offset in range(0, max(1, len(content)), PIECE):
        yield offset, content[offset : offset + PIECE]
