"""The step `wait_for`."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from pydantic import Field, model_validator

from provision.agent.operations.files import FileStat, Kind
from provision.agent.operations.services import ServiceList, ServiceState
from provision.playbook.durations import Duration
from provision.steps.effect import Elapsed, Procedure, Progress, Sleep, StepProcedure, call
from provision.steps.ending import ended, failed
from provision.steps.step import Step, StepContext


class Wanted(Enum):
    """What is waited for: of a path the first two, of a service the others."""

    PRESENT = "present"
    ABSENT = "absent"
    RUNNING = "running"
    STOPPED = "stopped"


class WaitFor(Step):
    """Wait until a path exists or is gone, a service runs or has stopped, or time has passed.

    Changes nothing. Give exactly one of `path`, `service` and `seconds`.

    Args:
        path: A file or folder of the host.
        service: A Windows service.
        state: `present` (the default) or `absent` for a path; `running` (the default) or `stopped`
            for a service.
        seconds: Only let so many host seconds pass.
        within: Host seconds until the wait counts as failed.
        every: Host seconds between two looks.
    """

    name: ClassVar[str] = "wait_for"
    short: ClassVar[str | None] = "seconds"
    default_timeout: ClassVar[float] = 7200
    example: ClassVar[str] = """\
name: Docker is up
wait_for:
  service: docker
  within: 120
"""

    path: str | None = None
    service: str | None = None
    state: Wanted | None = None
    seconds: Duration | None = Field(default=None, ge=0)
    within: Duration = Field(default=300, gt=0)
    every: Duration = Field(default=2, ge=0.5)

    @model_validator(mode="after")
    def _one_thing(self) -> WaitFor:
        given = [n for n in ("path", "service", "seconds") if getattr(self, n) is not None]
        if len(given) != 1:
            raise ValueError("give exactly one of path, service, seconds")
        fitting = {
            "path": (None, Wanted.PRESENT, Wanted.ABSENT),
            "service": (None, Wanted.RUNNING, Wanted.STOPPED),
            "seconds": (None,),
        }[given[0]]
        if self.state not in fitting:
            raise ValueError(
                f"state: {self.state.value if self.state else ''} is not for a {given[0]}"
            )
        return self

    def intent(self) -> str:
        """Say what is waited for."""
        if self.seconds is not None:
            return f"{self.seconds:g} s have passed"
        thing = self.path or f"service {self.service}"
        return f"{thing} is {self._wanted().value} within {self.within:g} s"

    def run(self, context: StepContext) -> StepProcedure:
        """Look until it is so, or time is up."""
        if self.seconds is not None:
            if not context.check:
                yield Sleep(self.seconds)
            return ended(())
        began: float = yield Elapsed()
        while True:
            reached, found = yield from self._look()
            now: float = yield Elapsed()
            waited = now - began
            if reached:
                return ended((), evidence=[f"{found} after {waited:.0f} s"])
            if context.check:
                return ended((), evidence=[f"{found}; not waited for in check mode"])
            if waited >= self.within:
                return failed(
                    f"{self.intent()}: not so after {waited:.0f} s",
                    evidence=[found],
                    remedy="Look for what should bring it about, or allow more with `within`.",
                )
            yield Progress(f"{found}; waiting, {waited:.0f} of {self.within:g} s", "waiting")
            yield Sleep(min(self.every, max(0.5, self.within - waited)))

    def _wanted(self) -> Wanted:
        return self.state or (Wanted.PRESENT if self.path else Wanted.RUNNING)

    def _look(self) -> Procedure[tuple[bool, str]]:
        if self.path is not None:
            stat = yield from call(FileStat(path=self.path))
            present = stat.kind is not Kind.ABSENT
            return present is (self._wanted() is Wanted.PRESENT), f"{self.path}: {stat.kind.value}"
        assert self.service is not None
        answer = yield from call(ServiceList(names=(self.service,)))
        if not answer.services:
            return self._wanted() is Wanted.STOPPED, f"service {self.service}: not installed"
        state = answer.services[0].state
        running = state is ServiceState.RUNNING
        return (
            running is (self._wanted() is Wanted.RUNNING),
            f"service {self.service}: {state.value}",
        )
