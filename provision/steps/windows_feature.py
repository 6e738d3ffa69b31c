"""The step `windows_feature`."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from provision.agent.operations.features import FeatureAnswer, FeatureEnsure, FeatureState
from provision.steps.effect import RestartHost, StepProcedure, call_all
from provision.steps.ending import change_of, ended, parted, refused
from provision.steps.names import Names, listing
from provision.steps.step import Step, StepContext


class RestartPolicy(Enum):
    """What to do when Windows wants a restart after this."""

    IF_NEEDED = "if_needed"
    NEVER = "never"


class WindowsFeature(Step):
    """Install or remove Windows features, with the restart that they may need.

    Args:
        names: One feature or several, as `Get-WindowsFeature` names them.
        state: `present` or `absent`.
        restart: `if_needed` restarts the host and goes on when it has settled; `never` only says
            that a restart is needed.
    """

    name: ClassVar[str] = "windows_feature"
    short: ClassVar[str | None] = "names"
    default_timeout: ClassVar[float] = 3600
    example: ClassVar[str] = """\
name: Containers
windows_feature:
  names: [Containers, Hyper-V]
  restart: if_needed
"""

    names: Names
    state: FeatureState = FeatureState.PRESENT
    restart: RestartPolicy = RestartPolicy.IF_NEEDED

    def intent(self) -> str:
        """Say which features are wanted."""
        many = len(self.names) > 1
        return (
            f"feature{'s' if many else ''} {listing(self.names)} "
            f"{'are' if many else 'is'} {self.state.value}"
        )

    def run(self, context: StepContext) -> StepProcedure:
        """Ensure all features in one exchange, then restart if Windows wants it."""
        operations = [FeatureEnsure(feature=name, state=self.state) for name in self.names]
        answers, errors = parted((yield from call_all(operations, check=context.check)))
        done = [
            (name, answer)
            for name, answer in zip(self.names, answers, strict=True)
            if isinstance(answer, FeatureAnswer)
        ]
        changes = [c for name, answer in done for c in change_of(f"feature {name}", answer)]
        if errors:
            return refused(errors, changes=changes)
        wanting = tuple(name for name, answer in done if answer.restart_needed)
        evidence = []
        restarted = False
        if wanting:
            evidence.append(f"Windows wants a restart for {listing(wanting)}")
            if self.restart is RestartPolicy.IF_NEEDED and not context.check:
                yield RestartHost(f"feature {listing(wanting)}")
                restarted = True
        return ended(
            changes,
            evidence=evidence,
            value={"restart_needed": bool(wanting) and not restarted, "restarted": restarted},
        )
