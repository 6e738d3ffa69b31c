"""The step `retrieve`."""

from __future__ import annotations

from typing import ClassVar

from provision.agent.operations.files import FileStat, Kind
from provision.model.errors import TaskError
from provision.steps.effect import StepProcedure, call
from provision.steps.ending import change_of, ended
from provision.steps.step import Step, StepContext
from provision.steps.transfer import DownloadFile, DownloadFolder, FolderSent, Sent


class Retrieve(Step):
    """Bring a file or folder of the host to the controller.

    Of any size: what is large comes in pieces, compressed when that pays, and goes on after a break
    where it stopped. Nothing is fetched that is here already; each file is checked by its hash and
    takes its place at once. A link to a folder, in a folder, comes as an empty one.

    Args:
        src: Path of the file or folder on the host.
        dest: The controller's file, or the folder itself; a relative path is sought beside the
            playbook. Folders on the way are made. With several hosts, put `{{ host }}` into it.
        remove_extra: For a folder: remove what the controller's folder has beyond the host's.
    """

    name: ClassVar[str] = "retrieve"
    default_timeout: ClassVar[float] = 6 * 3600
    example: ClassVar[str] = """\
name: The logs
retrieve:
  src: C:\\ProgramData\\docker\\logs
  dest: logs/{{ host }}
"""

    src: str
    dest: str
    remove_extra: bool = False

    def intent(self) -> str:
        """Say what comes where."""
        return f"the controller's {self.dest} is the host's {self.src}"

    def run(self, context: StepContext) -> StepProcedure:
        """Fetch what differs."""
        there = yield from call(FileStat(path=self.src))
        if there.kind is Kind.FOLDER:
            return (yield from self._folder(context))
        if self.remove_extra and there.kind is Kind.FILE:
            raise TaskError(
                f"{self.src} is a file, and remove_extra is for folders",
                resolution="Leave `remove_extra` out.",
            )
        sent: Sent = yield DownloadFile(self.src, self.dest, context.check, context.timeout)
        told = [f"SHA-256 {sent.sha256}"]
        if sent.resumed_at:
            told.append(f"{sent.resumed_at} of {sent.bytes} bytes were here from an earlier try")
        return ended(
            change_of(self.dest, sent.change),
            evidence=told,
            value={"path": self.dest, "sha256": sent.sha256, "bytes": sent.bytes},
        )

    def _folder(self, context: StepContext) -> StepProcedure:
        done: FolderSent = yield DownloadFolder(
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
