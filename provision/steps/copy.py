"""The step `copy`."""

from __future__ import annotations

import hashlib
from typing import ClassVar

from provision.model.outcome import StepResult
from provision.steps.content import put
from provision.steps.effect import Procedure, ReadLocalFile, StepProcedure
from provision.steps.ending import change_of, ended
from provision.steps.step import Step, StepContext


class Copy(Step):
    """Send a file of the controller to the host.

    Nothing is sent when the host has the same bytes already.

    Args:
        src: The controller's file; a relative path is sought beside the playbook.
        dest: Path of the file on the host; parent folders are made.
    """

    name: ClassVar[str] = "copy"
    example: ClassVar[str] = """\
name: Our hosts file
copy:
  src: files/hosts
  dest: C:\\Windows\\System32\\drivers\\etc\\hosts
"""

    src: str
    dest: str

    def intent(self) -> str:
        """Say which file goes where."""
        return f"{self.dest} is the controller's {self.src}"

    def run(self, context: StepContext) -> StepProcedure:
        """Read here, write there."""
        content: bytes = yield ReadLocalFile(self.src)
        return (yield from placed(content, self.dest, check=context.check))


def placed(content: bytes, dest: str, *, check: bool) -> Procedure[StepResult]:
    """Bring a file of the host to this content, and end the step."""
    answer = yield from put(content, dest, check=check)
    sha256 = hashlib.sha256(content).hexdigest()
    return ended(
        change_of(dest, answer),
        evidence=[f"SHA-256 {sha256}"],
        value={"path": dest, "sha256": sha256, "bytes": len(content)},
    )
