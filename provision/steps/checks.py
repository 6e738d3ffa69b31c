"""Checks of a host: what a verification demands, and how it is found out.

Each check asks one or more operations and judges their answers. All questions of a list of checks
go to the host in one exchange, and the same question is asked once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from provision.agent.operations.base import Answer, Operation, OperationError
from provision.model.outcome import CheckResult
from provision.steps.check_kinds import KINDS, CheckKind
from provision.steps.check_network import AdapterCheck, NatCheck, SwitchCheck
from provision.steps.check_platform import ImageFitsCheck, ResourcesCheck, VirtualizationCheck
from provision.steps.check_prefix import ExternalAdapterCheck, PrefixFreeCheck
from provision.steps.check_system import (
    ContainerdCheck,
    DockerCheck,
    FeatureCheck,
    FileCheck,
    ImageCheck,
    NoFileCheck,
    NoTaskCheck,
    ServiceCheck,
)
from provision.steps.effect import Elapsed, Procedure, Progress, Sleep, call_all

SECONDS_BETWEEN_LOOKS = 5.0

Answers = Mapping[Operation[Any], Answer | OperationError]


class Check(BaseModel):
    """One check; exactly one of its keys is given. A plain string is a check without details.

    Args:
        switch: A virtual switch exists: `name`, and `type` such as NAT or Internal.
        adapter: A network adapter is up and has an address: `name`, `up`, `address`.
        nat: A NAT network exists: `prefix`, and `name`.
        image: Docker has an image: `name`, `tag`.
        docker: The docker service runs and the daemon answers.
        service: A Windows service: `name`, `state`.
        feature: A Windows feature is installed.
        file: A file or folder exists: `path`, and `sha256`.
        no_file: Nothing is at this path.
        no_task: No scheduled task has this name.
        containerd: The service containerd runs and answers its client nerdctl.
        prefix_free: No address, route or NAT of the host overlaps a network: `prefix`, and `own`,
            the names of adapters and NATs that may.
        external_adapter: An external switch can be bound to one certain adapter: `name`, or
            exactly one is up.
        virtualization: Hyper-V can run here, with `processors` (2) and `memory_gib` (4).
        resources: `processors`, `memory_gib`, and `disk_gib` that are free.
        image_fits: The host can run an image, as far as its tag tells: `image`, `isolation`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    switch: SwitchCheck | None = None
    adapter: AdapterCheck | None = None
    nat: NatCheck | None = None
    image: ImageCheck | None = None
    docker: DockerCheck | None = None
    service: ServiceCheck | None = None
    feature: FeatureCheck | None = None
    file: FileCheck | None = None
    no_file: NoFileCheck | None = None
    no_task: NoTaskCheck | None = None
    containerd: ContainerdCheck | None = None
    prefix_free: PrefixFreeCheck | None = None
    external_adapter: ExternalAdapterCheck | None = None
    virtualization: VirtualizationCheck | None = None
    resources: ResourcesCheck | None = None
    image_fits: ImageFitsCheck | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, written: Any) -> Any:
        if isinstance(written, str):
            written = {written: None}
        if isinstance(written, dict):
            return {
                key: {} if value is None and key in KINDS else value
                for key, value in written.items()
            }
        return written

    @model_validator(mode="after")
    def _exactly_one(self) -> Check:
        if len(self.model_fields_set) != 1:
            raise ValueError(f"give exactly one of {', '.join(KINDS)}")
        return self

    @property
    def kind(self) -> str:
        """Which of the keys is given."""
        return next(iter(self.model_fields_set))

    @property
    def demand(self) -> CheckKind:
        """What is demanded."""
        demand: CheckKind = getattr(self, self.kind)
        return demand

    def judge(self, answers: Answers) -> CheckResult:
        """Say whether it holds, and what was found."""
        try:
            passed, found = self.demand.judge([answers[q] for q in self.demand.questions()])
        except OperationError as error:
            passed, found = False, error.record.message
        return CheckResult(check=self.demand.title(), passed=passed, found=found)

    def remedy(self, answers: Answers) -> str:
        """Say what to do when it does not hold; empty when nothing more is known."""
        return self._asked(answers, self.demand.remedy)

    def issue(self, answers: Answers) -> str:
        """Name the known issue that comes of it when it does not hold; empty when none does."""
        return self._asked(answers, self.demand.issue)

    def _asked(self, answers: Answers, ask: Callable[[list[Any]], str]) -> str:
        given = [answers[question] for question in self.demand.questions()]
        return "" if any(isinstance(one, OperationError) for one in given) else ask(given)


def questions(checks: Iterable[Check]) -> list[Operation[Any]]:
    """All operations that the checks ask, each once, in the order of first use."""
    return list(dict.fromkeys(q for check in checks for q in check.demand.questions()))


def look(checks: Sequence[Check]) -> Procedure[tuple[CheckResult, ...]]:
    """Ask everything in one exchange, and judge."""
    asked = questions(checks)
    answers: Answers = dict(zip(asked, (yield from call_all(asked)), strict=True))
    return tuple(check.judge(answers) for check in checks)


def look_until_hold(checks: Sequence[Check], within: float) -> Procedure[tuple[CheckResult, ...]]:
    """Look again until all checks hold, or so many host seconds have passed."""
    began: float = yield Elapsed()
    while True:
        results = yield from look(checks)
        open_checks = [result for result in results if not result.passed]
        waited: float = (yield Elapsed()) - began
        if not open_checks or waited >= within:
            return results
        first = open_checks[0]
        yield Progress(
            f"{first.check}: {first.found}; looking again, {waited:.0f} of {within:g} s", "waiting"
        )
        yield Sleep(min(SECONDS_BETWEEN_LOOKS, within - waited))


def all_hold(results: Sequence[CheckResult]) -> bool:
    """Whether there are checks and all of them hold."""
    return bool(results) and all(result.passed for result in results)
