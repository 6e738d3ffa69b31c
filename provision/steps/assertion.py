"""The step `assert`."""

from __future__ import annotations

from typing import ClassVar

from provision.steps.effect import Evaluate, StepProcedure
from provision.steps.ending import ended, failed
from provision.steps.names import Names
from provision.steps.step import Step, StepContext


class Assert(Step):
    """Stop here unless some expressions hold.

    Asks nothing of the host: only variables, facts and registered results.

    Args:
        that: Jinja2 expressions without braces; all must hold.
        message: What to say when one does not.
    """

    name: ClassVar[str] = "assert"
    short: ClassVar[str | None] = "that"
    expressions: ClassVar[tuple[str, ...]] = ("that",)
    example: ClassVar[str] = """\
name: Enough room for the image
assert:
  that:
    - facts.free_disk_bytes > 20 * 1024 ** 3
  message: The image needs 20 GB on the system drive
"""

    that: Names
    message: str = ""

    def intent(self) -> str:
        """Say what must hold."""
        return f"holds: {' and '.join(self.that)}"

    def run(self, context: StepContext) -> StepProcedure:  # noqa: ARG002
        """Work out each expression."""
        broken = []
        for expression in self.that:
            holds = yield Evaluate(expression)
            if not holds:
                broken.append(expression)
        if broken:
            said = [f"does not hold: {one}" for one in broken]
            return failed(self.message or said.pop(0), evidence=said)
        return ended((), evidence=[f"holds: {one}" for one in self.that])
