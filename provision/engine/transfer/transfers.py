"""The effects that carry files: where the controller's paths are, and who looks on."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from provision.agent.operations.base import ChangeAnswer
from provision.agent.operations.files import Kind
from provision.engine.interruption import Interruption
from provision.engine.transfer.asking import Asking
from provision.engine.transfer.download import download
from provision.engine.transfer.folder import FolderUpload
from provision.engine.transfer.folder_download import FolderDownload
from provision.engine.transfer.source import Source, of_bytes, open_file, unreadable
from provision.engine.transfer.upload import upload
from provision.engine.transfer.watch import Watch
from provision.model.clock import Clock
from provision.model.errors import TaskError
from provision.steps.errors import WrongHash
from provision.steps.transfer import (
    DownloadFile,
    DownloadFolder,
    LocalLook,
    LookLocally,
    Relay,
    Sent,
    Transfer,
    UploadFile,
    UploadFolder,
)

LocalFetch = Callable[[str, BinaryIO], None]
"""Fetches an address from the controller into a file; raises DownloadError."""


class Transfers:
    """One run's carrier of files.

    Args:
        folder: Where relative paths of the controller are sought: beside the playbook.
        say: Shows a line of progress.
        elapsed: Host seconds since the task began.
    """

    def __init__(
        self,
        connection: Asking,
        clock: Clock,
        interruption: Interruption,
        *,
        folder: Path,
        fetch: LocalFetch,
        say: Callable[[str], None],
        elapsed: Callable[[], float],
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._interruption = interruption
        self._folder = folder
        self._fetch = fetch
        self._say = say
        self._elapsed = elapsed

    def carry_out(self, effect: Transfer) -> Any:
        """Do what one effect says, and give its result."""
        match effect:
            case LookLocally(path=path):
                return self._look(path)
            case UploadFile(local=local, path=path, check=check):
                with open_file(self._folder / local, local) as source:
                    if effect.sha256 is not None:
                        _expect(source.sha256(), effect.sha256, local, source.size)
                    return self._upload(source, path, check, effect.timeout)
            case UploadFolder(local=local, path=path, check=check):
                watch = self._watch(effect.timeout)
                job = FolderUpload(self._connection, path, watch, check=check)
                return job.run(self._folder / local, local, remove_extra=effect.remove_extra)
            case DownloadFile(path=path, local=local, check=check):
                watch = self._watch(effect.timeout)
                return download(self._connection, path, self._folder / local, watch, check=check)
            case DownloadFolder(path=path, local=local, check=check):
                fetching = FolderDownload(
                    self._connection,
                    path,
                    self._folder / local,
                    local,
                    self._watch(effect.timeout),
                    check=check,
                )
                return fetching.run(remove_extra=effect.remove_extra)
            case Relay():
                return self._relay(effect)

    def send_bytes(self, content: bytes, path: str, *, check: bool) -> ChangeAnswer:
        """Bring a file of the host to this content."""
        return self._upload(of_bytes(content, path), path, check).change

    def _relay(self, effect: Relay) -> Sent:
        with tempfile.TemporaryFile(prefix="provision-") as stream:
            self._fetch(effect.url, stream)
            source = Source(effect.url, stream)
            _expect(source.sha256(), effect.sha256, effect.url, source.size)
            return self._upload(source, effect.path, False, effect.timeout)

    def _upload(self, source: Source, path: str, check: bool, timeout: float | None = None) -> Sent:
        return upload(self._connection, source, path, self._watch(timeout), check=check)

    def _look(self, path: str) -> LocalLook:
        full = self._folder / path
        try:
            size = full.stat().st_size
        except OSError as error:
            raise unreadable(path, full, error) from None
        if full.is_dir():
            return LocalLook(kind=Kind.FOLDER, bytes=0)
        if not full.is_file():
            raise TaskError(f"{path} is neither a file nor a folder")
        return LocalLook(kind=Kind.FILE, bytes=size)

    def _watch(self, timeout: float | None) -> Watch:
        return Watch(self._clock, self._interruption, self._say, self._elapsed, timeout)


def _expect(found: str, wanted: str, what: str, size: int) -> None:
    if found != wanted.lower():
        raise WrongHash(
            f"{what} has the SHA-256 {found}, and the playbook says {wanted.lower()}",
            details=f"{size:,} bytes",
            resolution="Read it before you trust it; then correct the playbook's hash.",
        )
