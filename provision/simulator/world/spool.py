"""The content of long files, beside the world: a world names it and does not hold it.

A file that is being sent grows piece by piece. In the world's own tree each piece would cost as
much as all that came before it; here it costs a write at the end of a file and a step of a hash.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import weakref
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

_PIECE = 1024 * 1024


class Spool:
    """Contents by their names, in one folder.

    Args:
        folder: Made when it is first needed; None for one that goes with this object.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._removal: weakref.finalize[..., Spool] | None = None
        self._hashes: dict[str, tuple[int, hashlib._Hash]] = {}

    def new_name(self) -> str:
        """Give a name that nothing has."""
        return uuid4().hex

    def write(self, name: str, offset: int, piece: bytes) -> str:
        """Replace what a content holds from an offset on; gives the SHA-256 of the whole."""
        path = self._path(name)
        with path.open("r+b" if path.exists() else "w+b") as stream:
            stream.truncate(offset)
            stream.seek(offset)
            stream.write(piece)
        length, so_far = self._hashes.get(name, (-1, None))
        if so_far is None or length != offset:
            so_far = self._hash(name, offset)
        so_far.update(piece)
        self._hashes[name] = (offset + len(piece), so_far)
        return so_far.hexdigest()

    def read(self, name: str, offset: int, limit: int) -> bytes:
        """Give a piece of a content."""
        with self._path(name).open("rb") as stream:
            stream.seek(offset)
            return stream.read(limit)

    def sha256(self, name: str, first: int) -> str:
        """Give the hash of the first bytes of a content."""
        return self._hash(name, first).hexdigest()

    def settle(self, name: str, sha256: str) -> str:
        """Name a content that will not change any more by its hash; equal ones become one."""
        self._path(name).replace(self._path(sha256))
        self._hashes.pop(name, None)
        return sha256

    def has(self, name: str, size: int) -> bool:
        """Tell whether a content is there with so many bytes."""
        path = self._path(name)
        return path.exists() and path.stat().st_size >= size

    def keep(self, names: Iterable[str]) -> None:
        """Forget every content but these."""
        kept = set(names)
        if self._folder is not None and self._folder.is_dir():
            for path in self._folder.iterdir():
                if path.name not in kept:
                    path.unlink()
                    self._hashes.pop(path.name, None)

    def close(self) -> None:
        """Remove a folder of its own; that goes with the object in any case."""
        if self._removal is not None:
            self._removal()
            self._folder = self._removal = None

    def _hash(self, name: str, first: int) -> hashlib._Hash:
        digest = hashlib.sha256()
        with self._path(name).open("rb") as stream:
            while first > 0 and (piece := stream.read(min(first, _PIECE))):
                digest.update(piece)
                first -= len(piece)
        return digest

    def _path(self, name: str) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="provision-host-"))
            self._removal = weakref.finalize(self, shutil.rmtree, self._folder, True)
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder / Path(name).name


def folder_of(state: Path) -> Path:
    """Where the contents are kept of a host whose state is in this file."""
    return state.with_name(f"{state.name}.files")


def forget(state: Path) -> None:
    """Remove the contents of a host whose state is in this file."""
    shutil.rmtree(folder_of(state), ignore_errors=True)
