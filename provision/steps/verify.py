"""The step `verify`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from provision.model.outcome import CheckResult, Json, Outcome, StepResult
from provision.playbook.durations import Duration
from provision.steps.checks import Check, look, look_until_hold
from provision.steps.effect import StepProcedure
from provision.steps.step import Step, StepContext

Checks = Annotated[tuple[Check, ...], Field(min_length=1)]


class Verify(Step):
    """Demand things of the host, and say of each what was found. Changes nothing.

    Checks are `switch`, `adapter`, `nat`, `image`, `docker`, `containerd`, `service`, `feature`,
    `file`, `no_file`, `no_task`, and those that look ahead: `prefix_free`, `external_adapter`,
    `virtualization`, `resources` and `image_fits`. In check mode a check that does not hold is no
    failure, since the tasks before have changed nothing.

    Args:
        checks: The demands, each a mapping with one key, or its name alone.
        within: Host seconds, or `2m`, that the checks may need to hold; 0 looks once.
    """

    name: ClassVar[str] = "verify"
    short: ClassVar[str | None] = "checks"
    example: ClassVar[str] = """\
name: It is a container host
verify:
  within: 120
  checks:
    - switch: {name: Virtual Switch, type: NAT}
    - adapter: {name: vEthernet (Virtual Switch), address: 172.16.0.0/12}
    - nat: {name: ContainerNAT, prefix: 172.16.0.0/12}
    - image: {name: windowsservercore, tag: latest}
    - docker
    - no_task: ContainerBootstrap
"""

    checks: Checks
    within: Duration = Field(default=0, ge=0)

    def intent(self) -> str:
        """Count the demands."""
        return f"{len(self.checks)} check{'s hold' if len(self.checks) > 1 else ' holds'}"

    def run(self, context: StepContext) -> StepProcedure:
        """Look until all hold or time is up."""
        if context.check:
            results = yield from look(self.checks)
        else:
            results = yield from look_until_hold(self.checks, self.within)
        return verified(results, check=context.check)


def verified(results: Sequence[CheckResult], *, check: bool) -> StepResult:
    """End a verification: failed, with all rows, unless every check holds."""
    open_checks = [result for result in results if not result.passed]
    value: dict[str, Json] = {
        "changed": False,
        "checks": [result.model_dump() for result in results],
        "passed": not open_checks,
    }
    if open_checks and not check:
        return StepResult(
            outcome=Outcome.FAILED,
            checks=tuple(results),
            failure=not_holding(open_checks, len(results)),
            remedy="Compare what was found with what is demanded, and run `up` again.",
            value=value,
        )
    held = f"{len(results) - len(open_checks)} of {len(results)} checks hold"
    return StepResult(outcome=Outcome.OK, checks=tuple(results), evidence=(held,), value=value)


def not_holding(open_checks: Sequence[CheckResult], total: int) -> str:
    """Say what does not hold."""
    told = "; ".join(f"{result.check}: found {result.found}" for result in open_checks)
    return f"{len(open_checks)} of {total} checks do not hold: {told}"
