"""What every kind of step is: a frozen model of its parameters, an intent, and a procedure."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from provision.model.facts import Facts
from provision.model.playbook import OnRestart
from provision.steps.effect import StepProcedure


@dataclass(frozen=True, slots=True)
class StepContext:
    """What a step may know beside its parameters.

    Args:
        check: Nothing may be changed; say what would be.
        facts: As observed when the host was connected last.
        run: The run's id.
        key: Unique to this task and loop item, and the same in every run of the playbook; letters,
            digits and dashes. Job ids begin with it, so that a later run finds a job that an
            interrupted one left behind.
        timeout: Host seconds that the task may take in all; None for the step's default.
        begun: Ids of jobs that this very run started in this task before it was interrupted, and
            has not removed since: what they came to is this run's, and they are not started again.
        reruns: How often the task was begun anew because the host had restarted under it, or a
            person had stopped its work.
    """

    check: bool
    facts: Facts
    run: str
    key: str
    timeout: float | None = None
    begun: frozenset[str] = frozenset()
    reruns: int = 0


class Step(BaseModel):
    """The parameters of one kind of step; a subclass is the whole of that kind.

    The class's docstring is its documentation for users: the first line is the summary, and the
    `Args:` section documents the parameters (read by `provision steps` and the generated docs).

    Class attributes:
        name: What a task writes as its key.
        short: The parameter that a plain string or list given in place of a mapping means; None
            when the step must be given a mapping.
        default_timeout: Host seconds for the whole task unless it says otherwise.
        handles_restarts: The procedure itself notices that the boot changed and goes on; for all
            others the task's `on_restart` decides.
        once: Carried out again it would do its work again: a resumed run believes the journal about
            it when it has finished. All other steps ask the host anew.
        on_restart: What an unexpected restart means for a task that does not say.
        example: YAML of one task, shown in the documentation and checked by a test.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: ClassVar[str]
    short: ClassVar[str | None] = None
    default_timeout: ClassVar[float] = 600
    handles_restarts: ClassVar[bool] = False
    once: ClassVar[bool] = False
    on_restart: ClassVar[OnRestart] = OnRestart.RERUN
    example: ClassVar[str] = ""

    @classmethod
    def from_written(cls, params: Any) -> Any:
        """Turn what a user wrote into a mapping, using `short`."""
        if cls.short is not None and not isinstance(params, dict):
            return {cls.short: params}
        return params

    @abstractmethod
    def intent(self) -> str:
        """Say in a few words what this wants, for the plan: "feature Containers is present"."""

    @abstractmethod
    def run(self, context: StepContext) -> StepProcedure:
        """Carry it out; see `effect`."""
