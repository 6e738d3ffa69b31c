"""The step `retrieve`."""

from __future__ import annotations

from typing import ClassVar

from provision.steps.effect import StepProcedure
from provision.steps.ending import change_of, ended
from provision.steps.step import Step, StepContext
from provision.steps.transfer import DownloadFile, Sent


class Retrieve(Step):
    """Bring a file of the host to the controller.

    Of any size: it comes in pieces, compressed when that pays, and goes on after a break where it
    stopped. Nothing is fetched that is here already; the file is checked by its hash and takes its
    place at once.

    Args:
        src: Path of the file on the host.
        dest: The controller's file; a relative path is sought beside the playbook. Folders on the
            way are made. With several hosts, put `{{ host }}` into it.
    """

    name: ClassVar[str] = "retrieve"
    default_timeout: ClassVar[float] = 6 * 3600
    example: ClassVar[str] = """\
name: The daemon's log
retrieve:
  src: C:\\ProgramData\\docker\\daemon.log
  dest: logs/daemon.log
"""

    src: str
    dest: str

    def intent(self) -> str:
        """Say which file comes where."""
        return f"the controller's {self.dest} is the host's {self.src}"

    def run(self, context: StepContext) -> StepProcedure:
        """Fetch it, if it differs."""
        sent: Sent = yield DownloadFile(self.src, self.dest, context.check, context.timeout)
        told = [f"SHA-256 {sent.sha256}"]
        if sent.resumed_at:
            told.append(f"{sent.resumed_at} of {sent.bytes} bytes were here from an earlier try")
        return ended(
            change_of(self.dest, sent.change),
            evidence=told,
            value={"path": self.dest, "sha256": sent.sha256, "bytes": sent.bytes},
        )
