"""The step `copy`."""

from __future__ import annotations

import hashlib
from typing import ClassVar

from provision.agent.operations.files import Kind
from provision.model.errors import TaskError
from provision.model.outcome import StepResult
from provision.steps.content import SMALL, put
from provision.steps.effect import Procedure, ReadLocalFile, StepProcedure
from provision.steps.ending import change_of, ended
from provision.steps.step import Step, StepContext
from provision.steps.transfer import (
    FolderSent,
    LocalLook,
    LookLocally,
    Sent,
    UploadFile,
    UploadFolder,
)


class Copy(Step):
    """Send a file or folder of the controller to the host.

    Of any size: what is large goes in pieces, compressed when that pays, and goes on after a break
    where it stopped. Nothing is sent that the host has already; each file is checked by its hash
    and takes its place at once.

    Args:
        src: The controller's file or folder; a relative path is sought beside the playbook.
        dest: Path on the host of the file, or of the folder itself; parent folders are made.
        remove_extra: For a folder: remove what the host's folder has beyond the controller's.
    """

    name: ClassVar[str] = "copy"
    default_timeout: ClassVar[float] = 6 * 3600
    example: ClassVar[str] = """\
name: Our tools
copy:
  src: files/tools
  dest: C:\\tools
  remove_extra: true
"""

    src: str
    dest: str
    remove_extra: bool = False

    def intent(self) -> str:
        """Say which file or folder goes where."""
        return f"{self.dest} is the controller's {self.src}"

    def run(self, context: StepContext) -> StepProcedure:
        """Look at it here; then send it the way that suits it."""
        look: LocalLook = yield LookLocally(self.src)
        if look.kind is Kind.FOLDER:
            return (yield from self._folder(context))
        if self.remove_extra:
            raise TaskError(
                f"{self.src} is a file, and remove_extra is for folders",
                resolution="Leave `remove_extra` out.",
            )
        if look.bytes <= SMALL:
            content: bytes = yield ReadLocalFile(self.src)
            return (yield from placed(content, self.dest, check=context.check))
        sent: Sent = yield UploadFile(self.src, self.dest, context.check, timeout=context.timeout)
        told = [f"SHA-256 {sent.sha256}"]
        if sent.resumed_at:
            told.append(f"{sent.resumed_at} of {sent.bytes} bytes were there from an earlier try")
        return ended(
            change_of(self.dest, sent.change),
            evidence=told,
            value={"path": self.dest, "sha256": sent.sha256, "bytes": sent.bytes},
        )

    def _folder(self, context: StepContext) -> StepProcedure:
        done: FolderSent = yield UploadFolder(
            self.src, self.dest, context.check, self.remove_extra, context.timeout
        )
        told = f"{done.sent} of {done.files} files differed ({done.bytes} bytes)"
        if self.remove_extra:
            told += f", {done.removed} extra"
        return ended(
            done.changes,
            evidence=[told],
            value={
                "path": self.dest,
                "files": done.files,
                "sent": done.sent,
                "bytes": done.bytes,
                "removed": done.removed,
            },
        )


def placed(content: bytes, dest: str, *, check: bool) -> Procedure[StepResult]:
    """Bring a file of the host to this content, and end the step."""
    answer = yield from put(content, dest, check=check)
    sha256 = hashlib.sha256(content).hexdigest()
    return ended(
        change_of(dest, answer),
        evidence=[f"SHA-256 {sha256}"],
        value={"path": dest, "sha256": sha256, "bytes": len(content)},
    )
