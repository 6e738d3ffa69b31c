"""The folder that an image is built of: on the host, and as one hash."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any

from provision.agent.operations.base import OperationError
from provision.agent.operations.files import FileEntry, FileList
from provision.steps.docker.reference import Reference
from provision.steps.effect import Procedure, call
from provision.steps.transfer import FolderSent, UploadFolder

DATA_FOLDER = "C:\\ProgramData\\provision\\builds"
LABEL = "provision.context"
MARKER = "provision-"
LABELS_SINCE = (1, 11)
"""The docker whose `build` first knew `--label`."""


def folder_for(image: Reference) -> str:
    """Where an image's context lies on the host."""
    return f"{DATA_FOLDER}\\{re.sub(r'[^A-Za-z0-9.-]+', '-', image.full)}"


def send(local: str, folder: str, *, check: bool, timeout: float | None) -> Procedure[FolderSent]:
    """Make the host's folder equal to the controller's; in check mode say what differs."""
    sent: FolderSent = yield UploadFolder(local, folder, check, True, timeout)
    return sent


def context_hash(folder: str, params: dict[str, Any]) -> Procedure[str]:
    """Hash what is in the host's folder, and what else decides the image; empty if it is missing.

    Times and modes of files are no part of it, as docker's own cache does not look at times.
    """
    try:
        answer = yield from call(FileList(path=folder, recurse=True, hash=True))
    except OperationError as error:
        if error.record.id.startswith("NotFound"):
            return ""
        raise
    return digest(answer.entries, params)


def digest(entries: Sequence[FileEntry], params: dict[str, Any]) -> str:
    """The SHA-256 of a folder's paths and contents and of parameters."""
    rows = sorted((entry.path, entry.kind.value, entry.sha256 or "") for entry in entries)
    text = json.dumps({"files": rows, "params": params}, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def marker_for(image: Reference, sha256: str) -> str:
    """The further tag that tells of the hash, for a docker without labels in `build`."""
    return f"{image.repository}:{MARKER}{sha256[:32]}"


def knows_labels(client: str) -> bool:
    """Whether a client's `build` knows `--label`; one of unknown version counts as new."""
    found = re.match(r"(\d+)\.(\d+)", client)
    return found is None or (int(found[1]), int(found[2])) >= LABELS_SINCE
