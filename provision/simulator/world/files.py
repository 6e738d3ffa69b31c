"""Files and folders of the modelled host."""

from __future__ import annotations

import base64
import hashlib
from typing import Literal

from provision.simulator.world import paths
from provision.simulator.world.thing import Thing

KEPT_BYTES = 4 * 1024 * 1024
"""A longer file keeps only its hash and its length, so that a world stays a small file."""


class File(Thing):
    """One file or folder. A folder stands in the world in its own right, drive roots do not.

    Args:
        path: Absolute and normal, such as `C:\\work\\a.txt`.
        kind: `file` or `folder`.
        sha256: Lower-case hex; empty for a folder.
        size: Bytes; 0 for a folder.
        content: Base64; None when it lies in the spool or is not known, and for a folder.
        spool: The content's name in the spool; empty when it does not lie there.
    """

    noun: Literal["file"] = "file"
    path: str
    kind: Literal["file", "folder"] = "file"
    sha256: str = ""
    size: int = 0
    content: str | None = None
    spool: str = ""

    @property
    def key(self) -> str:
        return paths.key(self.path)

    def data(self) -> bytes | None:
        """Give the content; None when it does not stand in the world."""
        return None if self.content is None else base64.b64decode(self.content)


def file(path: str, data: bytes) -> File:
    """Make a file with this content."""
    kept = base64.b64encode(data).decode() if len(data) <= KEPT_BYTES else None
    return File(path=path, sha256=hashlib.sha256(data).hexdigest(), size=len(data), content=kept)


def opaque(path: str, sha256: str, size: int) -> File:
    """Make a file of which only hash and length are known."""
    return File(path=path, sha256=sha256, size=size)


def folder(path: str) -> File:
    """Make a folder."""
    return File(path=path, kind="folder")
