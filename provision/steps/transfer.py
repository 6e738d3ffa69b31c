"""What a step may ask of the runner about files between the controller and the host.

All are effects as in `effect`. Relative paths of the controller are sought beside the playbook; one
that cannot be read fails the task. Whatever is carried goes on after a break where it stopped, is
checked by its SHA-256, and takes its place atomically.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict

from provision.agent.operations.base import ChangeAnswer
from provision.agent.operations.files import Kind
from provision.model.outcome import Change


class LocalLook(BaseModel):
    """What stands at a path of the controller: a file of so many bytes, or a folder."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    bytes: int


class Sent(BaseModel):
    """What became of one file.

    Args:
        change: `before` and `after` as for `file.ensure`, of the side that was written.
        sha256: Of the whole content, lower-case hex.
        bytes: The whole content's length.
        carried: Characters of base64 that went over the wire; 0 when the hash was equal already.
        resumed_at: Bytes that an earlier try had brought there.
    """

    model_config = ConfigDict(frozen=True)

    change: ChangeAnswer
    sha256: str
    bytes: int
    carried: int = 0
    resumed_at: int = 0


class FolderSent(BaseModel):
    """What became of a folder.

    Args:
        changes: At most 101: the last one counts the others.
        files: In the folder that they come from.
        sent: Those of them that differed.
        bytes: The length of those.
        removed: What the other folder had beyond them, counted without what was in it.
    """

    model_config = ConfigDict(frozen=True)

    changes: tuple[Change, ...]
    files: int
    sent: int
    bytes: int
    removed: int


@dataclass(frozen=True, slots=True)
class LookLocally:
    """Look at a path of the controller; gives a `LocalLook`."""

    path: str


@dataclass(frozen=True, slots=True)
class UploadFile:
    """Bring a file of the host to the content of one of the controller; gives a `Sent`.

    Args:
        local: The controller's file.
        path: The host's.
        sha256: The hash that the controller's file must have: `WrongHash` if it has another.
        timeout: Host seconds that the task may take in all; None for no limit.
    """

    local: str
    path: str
    check: bool = False
    sha256: str | None = None
    timeout: float | None = None


@dataclass(frozen=True, slots=True)
class UploadFolder:
    """Bring a folder of the host to the content of one of the controller; gives a `FolderSent`.

    Args:
        remove_extra: Remove what the host's folder has beyond the controller's.
    """

    local: str
    path: str
    check: bool = False
    remove_extra: bool = False
    timeout: float | None = None


@dataclass(frozen=True, slots=True)
class DownloadFile:
    """Bring a file of the controller to the content of one of the host; gives a `Sent`."""

    path: str
    local: str
    check: bool = False
    timeout: float | None = None


@dataclass(frozen=True, slots=True)
class DownloadFolder:
    """Bring a folder of the controller to the content of one of the host; gives a `FolderSent`.

    Args:
        remove_extra: Remove what the controller's folder has beyond the host's.
    """

    path: str
    local: str
    check: bool = False
    remove_extra: bool = False
    timeout: float | None = None


@dataclass(frozen=True, slots=True)
class Relay:
    """Let the controller fetch an address, check its hash and send it to the host; gives a `Sent`.

    Raises `DownloadError` into the step when it cannot be had, `WrongHash` if it has another hash.
    """

    url: str
    sha256: str
    path: str
    timeout: float | None = None


Transfer: TypeAlias = (
    LookLocally | UploadFile | UploadFolder | DownloadFile | DownloadFolder | Relay
)
