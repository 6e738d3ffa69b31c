"""The step `template`."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from provision.model.errors import TaskError
from provision.steps.copy import placed
from provision.steps.effect import ReadLocalFile, Render, StepProcedure
from provision.steps.step import Step, StepContext


class LineEnd(Enum):
    """How the lines of a written file end."""

    CRLF = "crlf"
    LF = "lf"
    KEEP = "keep"


class Template(Step):
    """Fill in a Jinja2 file of the controller and send it to the host.

    Args:
        src: The template, UTF-8; a relative path is sought beside the playbook.
        dest: Path of the file on the host, written as UTF-8; parent folders are made.
        line_end: `crlf`, as Windows programs expect; `lf`; or `keep` what the template has.
    """

    name: ClassVar[str] = "template"
    example: ClassVar[str] = """\
name: The daemon's settings
template:
  src: files/daemon.json.j2
  dest: C:\\ProgramData\\docker\\config\\daemon.json
"""

    src: str
    dest: str
    line_end: LineEnd = LineEnd.CRLF

    def intent(self) -> str:
        """Say which template goes where."""
        return f"{self.dest} is filled in from {self.src}"

    def run(self, context: StepContext) -> StepProcedure:
        """Read and fill in here, write there."""
        raw: bytes = yield ReadLocalFile(self.src)
        try:
            source = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise TaskError(
                f"{self.src} is not UTF-8",
                details=str(error),
                resolution="Save the template as UTF-8, or send it as it is with `copy`.",
            ) from None
        text: str = yield Render(source, self.src)
        if self.line_end is not LineEnd.KEEP:
            text = text.replace("\r\n", "\n")
        if self.line_end is LineEnd.CRLF:
            text = text.replace("\n", "\r\n")
        return (yield from placed(text.encode(), self.dest, check=context.check))
