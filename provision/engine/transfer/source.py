"""What is compared and sent: bytes at hand, or a file of the controller."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from provision.model.errors import TaskError

_STEP = 1024 * 1024


class Source:
    """A content with a length that is known, read from any offset.

    Args:
        name: For people.
        stream: Open for reading and seekable; belongs to the caller.
    """

    def __init__(self, name: str, stream: BinaryIO) -> None:
        self.name = name
        self._stream = stream
        self.size = stream.seek(0, io.SEEK_END)

    def read(self, offset: int, length: int) -> bytes:
        """Give a piece.

        Raises:
            TaskError: The file became shorter meanwhile.
        """
        self._stream.seek(offset)
        piece = self._stream.read(length)
        if len(piece) < min(length, self.size - offset):
            raise changed_meanwhile(self.name)
        return piece

    def sha256(self, first: int | None = None) -> str:
        """Give the hash of the content, or of so many bytes of its beginning."""
        return self.digest(self.size if first is None else first).hexdigest()

    def digest(self, first: int) -> hashlib._Hash:
        """Give the hash of so many bytes of the beginning, ready to be gone on with."""
        digest = hashlib.sha256()
        self._stream.seek(0)
        while first > 0 and (piece := self._stream.read(min(first, _STEP))):
            digest.update(piece)
            first -= len(piece)
        return digest


@contextmanager
def open_file(path: Path, name: str) -> Iterator[Source]:
    """Open a file of the controller.

    Raises:
        TaskError: It cannot be read.
    """
    try:
        with path.open("rb") as stream:
            yield Source(name, stream)
    except OSError as error:
        raise unreadable(name, path, error) from None


def of_bytes(content: bytes, name: str) -> Source:
    """Make a source of bytes at hand."""
    return Source(name, io.BytesIO(content))


def unreadable(name: str, path: Path, error: OSError) -> TaskError:
    """Give the error of a file or folder of the controller that cannot be read."""
    return TaskError(
        f"cannot read {name}: {error.strerror}",
        details=f"sought as {path.absolute()}",
        resolution="Relative paths are sought beside the playbook.",
    )


def changed_meanwhile(name: str) -> TaskError:
    """Give the error of a file that somebody wrote to while it was carried."""
    return TaskError(
        f"{name} changed while it was carried",
        resolution="Run again when nobody writes to it any more.",
    )
