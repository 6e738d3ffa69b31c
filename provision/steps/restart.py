"""The step `restart`."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from provision.agent.operations.host import GetFacts
from provision.model.outcome import Change
from provision.steps.effect import Restarted, RestartHost, StepProcedure, call
from provision.steps.ending import ended
from provision.steps.step import Step, StepContext


class Mode(Enum):
    """When a restart is wanted."""

    PENDING = "pending"
    ALWAYS = "always"


class Restart(Step):
    """Restart the host and go on when its new boot has settled.

    Args:
        mode: `pending` restarts only when Windows wants it; `always` in any case.
        reason: Written to Windows' event log.
    """

    name: ClassVar[str] = "restart"
    once: ClassVar[bool] = True
    short: ClassVar[str | None] = "mode"
    default_timeout: ClassVar[float] = 7200
    example: ClassVar[str] = """\
name: Finish what waits for a restart
restart: pending
"""

    mode: Mode = Mode.PENDING
    reason: str = "asked for by the playbook"

    def intent(self) -> str:
        """Say when it restarts."""
        if self.mode is Mode.PENDING:
            return "no restart is pending"
        return "the host is restarted"

    def run(self, context: StepContext) -> StepProcedure:
        """Look whether a restart is pending, unless it is wanted in any case."""
        reason = self.reason
        if self.mode is Mode.PENDING:
            facts = yield from call(GetFacts())
            if not facts.pending_restart:
                return ended((), evidence=["Windows wants no restart"])
            reason = f"pending: {', '.join(facts.pending_restart)}"
        if context.check:
            change = Change(what="boot", before=str(context.facts.boot), after="a new boot")
            return ended([change], evidence=[reason])
        restarted: Restarted = yield RestartHost(reason)
        return ended(
            [Change(what="boot", before=str(restarted.old), after=str(restarted.new))],
            evidence=[f"{reason}; away for {restarted.seconds:.0f} s"],
            value={"seconds": restarted.seconds, "boot_time": restarted.new.boot_time},
        )
