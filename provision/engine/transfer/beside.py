"""The bytes of a file beside the agent's requests, where the transport can carry files.

The agent makes the part, and after each slice it is asked how long the part is: that proves that
both see the same file, and keeps the run's hold on the host. What is refused beside the agent goes
through it, which also tells best what is wrong; after a broken connection it begins anew with the
next one.
"""

from __future__ import annotations

from collections.abc import Iterator

from provision.agent.operations.files import FileStat, FileWrite
from provision.engine.transfer.asking import Asking
from provision.engine.transfer.source import Source
from provision.engine.transfer.watch import Watch
from provision.transport.channel import FileChannel
from provision.transport.errors import FilesRefused

SLICE = 8 * 1024 * 1024
"""Bytes between two questions to the agent."""

LEAST = 256 * 1024
"""Fewer bytes are one request through the agent, and quicker there."""

_PIECE = 256 * 1024


def send(connection: Asking, source: Source, path: str, start: int, watch: Watch) -> int:
    """Send what can be sent, from an offset on, into `<path>.part`.

    Returns:
        How far the part is good: the source's length when all went well.

    Raises:
        OperationError: The agent cannot make the part, or it is shorter than it was.
    """
    part, offset = f"{path}.part", start
    ready: FileChannel | None = None
    while source.size - offset >= LEAST or ready is not None:
        files = connection.files
        if offset == source.size or files is None:
            break
        if files is not ready:
            connection.call(FileWrite(path=path, offset=offset, content=""))
            ready = files
        end = min(source.size, offset + SLICE)
        try:
            files.write(part, offset, _pieces(source, offset, end))
            refused = False
        except FilesRefused:
            refused = True
        arrived = connection.call(FileStat(path=part)).bytes == end
        if not refused and arrived:
            offset = end
            watch.moved(source.name, offset, source.size)
        elif connection.files is files:
            break
    return offset


class Fetcher:
    """Fetches one of the host's files beside the agent, as far as that goes."""

    def __init__(self, connection: Asking, path: str, size: int) -> None:
        self._connection = connection
        self._path = path
        self._size = size
        self._useless: FileChannel | None = None

    def slice(self, offset: int) -> Iterator[bytes]:
        """Give the next slice, piece by piece; what is missing must come from the agent."""
        files = self._connection.files
        left = self._size - offset
        if files is None or files is self._useless or left < LEAST:
            return
        try:
            yield from files.read(self._path, offset, min(SLICE, left))
        except FilesRefused:
            self._useless = files
        self._connection.call(FileStat(path=self._path))


def _pieces(source: Source, start: int, end: int) -> Iterator[bytes]:
    for offset in range(start, end, _PIECE):
        yield source.read(offset, min(_PIECE, end - offset))
