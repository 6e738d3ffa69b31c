"""The step `service`."""

from __future__ import annotations

from typing import ClassVar

from provision.agent.operations.base import ChangeAnswer
from provision.agent.operations.services import ServiceEnsure, ServiceState, StartMode
from provision.steps.effect import StepProcedure, call_all
from provision.steps.ending import change_of, ended, parted, refused
from provision.steps.names import Names, listing
from provision.steps.step import Step, StepContext


class Service(Step):
    """Start or stop Windows services, and say when they start.

    Args:
        names: One service or several, by service name (not the display name).
        state: `running` or `stopped`; left as it is when left out.
        start: `automatic`, `manual` or `disabled`; left as it is when left out.
        restart: Stop and start a service that runs already: always a change.
    """

    name: ClassVar[str] = "service"
    example: ClassVar[str] = """\
name: Docker runs
service:
  names: docker
  state: running
  start: automatic
"""

    names: Names
    state: ServiceState | None = None
    start: StartMode | None = None
    restart: bool = False

    def intent(self) -> str:
        """Say what the services are to do."""
        wanted = [self.state.value] if self.state else []
        if self.start:
            wanted.append(f"started {self.start.value}")
        if self.restart:
            wanted.append("restarted")
        return f"service {listing(self.names)}: {', '.join(wanted) or 'exists'}"

    def run(self, context: StepContext) -> StepProcedure:
        """Ensure all services in one exchange."""
        operations = [
            ServiceEnsure(service=name, state=self.state, start=self.start, restart=self.restart)
            for name in self.names
        ]
        answers, errors = parted((yield from call_all(operations, check=context.check)))
        changes = [
            change
            for name, answer in zip(self.names, answers, strict=True)
            if isinstance(answer, ChangeAnswer)
            for change in change_of(_changed(name, answer), answer)
        ]
        return refused(errors, changes=changes) if errors else ended(changes)


def _changed(name: str, answer: ChangeAnswer) -> str:
    """Name what changed; a service that was only restarted is afterwards what it was before."""
    return f"service {name}" + (" (restarted)" if answer.before == answer.after else "")
