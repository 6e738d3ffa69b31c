"""Operations on files and folders of the host."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from pydantic import Field

from provision.agent.operations.base import Answer, ChangeAnswer, Operation


class Kind(Enum):
    """What stands at a path."""

    ABSENT = "absent"
    FILE = "file"
    FOLDER = "folder"


class FileStatAnswer(Answer):
    """What stands at a path.

    Args:
        bytes: The file's length; 0 for anything else.
        sha256: Lower-case hex when it was asked for and there is a file; else None.
    """

    kind: Kind
    bytes: int
    sha256: str | None = None


class FileStat(Operation[FileStatAnswer]):
    """Look at a path.

    Args:
        hash: Give a file's SHA-256.
        first: Hash only so many bytes of its beginning, or all of them if it has fewer.
    """

    name: ClassVar[str] = "file.stat"
    answer: ClassVar[type[Answer]] = FileStatAnswer

    path: str
    hash: bool = False
    first: int | None = Field(default=None, ge=0)


class FileEntry(Answer):
    """A file or folder below a folder that was listed.

    Args:
        path: Relative to that folder, with backslashes.
        kind: `file` or `folder`.
        bytes: The file's length; 0 for a folder.
        sha256: As in `FileStatAnswer`.
    """

    path: str
    kind: Kind
    bytes: int
    sha256: str | None = None


class FileListAnswer(Answer):
    """What is in a folder, sorted by path, capitals first."""

    entries: tuple[FileEntry, ...]


class FileList(Operation[FileListAnswer]):
    """List a folder.

    A missing folder is the error `NotFound`; a file in its place, and more than 20,000 entries,
    the error `NotSupported`. A link to a folder is listed and never followed.

    Args:
        recurse: Go into the folders in it.
        hash: Give every file's SHA-256.
    """

    name: ClassVar[str] = "file.list"
    answer: ClassVar[type[Answer]] = FileListAnswer

    path: str
    recurse: bool = False
    hash: bool = False


class FileReadAnswer(Answer):
    """A piece of a file.

    Args:
        content: Base64.
        bytes: The whole file's length.
        compressed: The base64 is of the piece's gzip.
    """

    content: str
    bytes: int
    compressed: bool = False


class FileRead(Operation[FileReadAnswer]):
    """Read a piece of a file. A missing file is the error `NotFound`.

    Args:
        limit: Bytes of the piece, before compression.
        compress: Compress the piece if that saves at least a tenth of it.
    """

    name: ClassVar[str] = "file.read"
    answer: ClassVar[type[Answer]] = FileReadAnswer

    path: str
    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=65536, ge=1, le=1_048_576)
    compress: bool = False


class FileEnsure(Operation[ChangeAnswer]):
    """Bring a path into a state, in one exchange.

    `before` and `after` are `{"kind": …}` plus `"sha256"` for a file. Parent folders are made. A
    file is replaced atomically, and only if its hash differs. `absent` removes files, and folders
    with all that is in them. A file in a folder's place (or the reverse) is the error
    `NotSupported`.

    Args:
        content: Base64, for `state: file`; None leaves an existing file's content as it is and
            makes an empty one otherwise.
    """

    name: ClassVar[str] = "file.ensure"
    answer: ClassVar[type[Answer]] = ChangeAnswer
    changes: ClassVar[bool] = True

    path: str
    state: Kind
    content: str | None = None


class FileWriteAnswer(Answer):
    """How long the part file is now."""

    bytes: int


class FileWrite(Operation[FileWriteAnswer]):
    """Write a piece of a file that is being sent, into `<path>.part`.

    The piece replaces what the part file holds from `offset` on. In check mode nothing is written.
    An offset beyond the part file's end is the error `BadRequest`.

    Args:
        content: Base64.
        compressed: The base64 is of the piece's gzip.
    """

    name: ClassVar[str] = "file.write"
    answer: ClassVar[type[Answer]] = FileWriteAnswer
    changes: ClassVar[bool] = True

    path: str
    offset: int = Field(ge=0)
    content: str
    compressed: bool = False


class FileCommit(Operation[ChangeAnswer]):
    """Check `<path>.part` and put it in the file's place, atomically.

    `before` and `after` as for `file.ensure`. When the file already has this hash and there is no
    part file, nothing changes. Another hash is the error `HashMismatch`; the part file is removed.
    """

    name: ClassVar[str] = "file.commit"
    answer: ClassVar[type[Answer]] = ChangeAnswer
    changes: ClassVar[bool] = True

    path: str
    sha256: str


class Download(Operation[ChangeAnswer]):
    """Let the host fetch a file, check its hash, and put it in place atomically.

    A file that already has the hash is left alone. TLS 1.2 is switched on first. `before` and
    `after` as for `file.ensure`. Errors: `DownloadFailed`, `HashMismatch`, `DiskFull`.
    """

    name: ClassVar[str] = "download"
    answer: ClassVar[type[Answer]] = ChangeAnswer
    changes: ClassVar[bool] = True

    url: str
    path: str
    sha256: str
    timeout: int = Field(default=300, ge=1)
