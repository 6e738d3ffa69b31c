"""The step `file`."""

from __future__ import annotations

from typing import ClassVar

from pydantic import model_validator

from provision.agent.operations.files import FileEnsure, Kind
from provision.steps.content import put
from provision.steps.effect import StepProcedure, call
from provision.steps.ending import change_of, ended
from provision.steps.step import Step, StepContext


class File(Step):
    """Bring a path of the host into a state: a file, a folder, or nothing.

    Parent folders are made. A file is replaced atomically, and only if its content differs.

    Args:
        path: Path on the host.
        state: `file`, `folder` or `absent`. `absent` removes a folder with all that is in it.
        content: The file's text, written as UTF-8; an existing file is left as it is without it.
    """

    name: ClassVar[str] = "file"
    example: ClassVar[str] = """\
name: A folder for downloads
file:
  path: C:\\provision\\downloads
  state: folder
"""

    path: str
    state: Kind = Kind.FILE
    content: str | None = None

    @model_validator(mode="after")
    def _content_needs_a_file(self) -> File:
        if self.content is not None and self.state is not Kind.FILE:
            raise ValueError("content is only for state: file")
        return self

    def intent(self) -> str:
        """Say which state the path is to have."""
        if self.content is not None:
            return f"file {self.path} has the given content"
        return (
            f"{self.path} is {'absent' if self.state is Kind.ABSENT else 'a ' + self.state.value}"
        )

    def run(self, context: StepContext) -> StepProcedure:
        """Ensure the state in one exchange."""
        if self.content is None:
            operation = FileEnsure(path=self.path, state=self.state)
            answer = yield from call(operation, check=context.check)
        else:
            answer = yield from put(self.content.encode(), self.path, check=context.check)
        return ended(
            change_of(self.path, answer), value={"path": self.path, "state": self.state.value}
        )
