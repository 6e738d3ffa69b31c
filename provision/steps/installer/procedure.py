"""From the first look to the last: phase after phase, with the restarts between them.

    survey ── finished already ──────────────────────────────► ok
       │
    preflight, unless it runs already ── does not hold ──────► failed, nothing launched
       │
       ▼
    phase ── printed its closing line ─► checks ─► changed, with warnings │ failed
     ▲  │
     │  ├── wants a restart ─► restart the host, or wait until the script's own restart comes ─┐
     │  ├── the host restarted under it ───────────────────────────────────────────────────────┤
     └──┼───────────────────────────────────────────────── within the budget of restarts ◄─────┘
        └── anything else ─► failed, with a diagnosis

A restart is told by the boot identity alone. A lost connection shows nowhere here: the runner
reconnects, and the same job is polled on. The script is started once for each phase, under the same
id in every run of the playbook, so neither a retry nor a later run can start it beside itself.
"""

from __future__ import annotations

from provision.agent.operations.execution import Record
from provision.agent.operations.host import GetBoot
from provision.agent.operations.jobs import JobState, JobStop
from provision.agent.operations.scheduled_tasks import ScheduledTaskRemove
from provision.diagnosis.generation import generation_of
from provision.model.boot import BootIdentity
from provision.model.outcome import Change, StepResult
from provision.steps.checks import look_until_hold
from provision.steps.detached import ENDED, UNDER_WAY
from provision.steps.effect import (
    CurrentBoot,
    Elapsed,
    ExpectRestarts,
    Procedure,
    Progress,
    RestartHost,
    Sleep,
    StepProcedure,
    call,
)
from provision.steps.ending import change_of, ended, failed
from provision.steps.installer.contract import RestartMode
from provision.steps.installer.finish import completed, gave_up
from provision.steps.installer.params import InstallerParams
from provision.steps.installer.phase import Phase, PhaseEnd, run_phase
from provision.steps.installer.preflight import preflight
from provision.steps.installer.survey import Survey, survey
from provision.steps.step import StepContext

OWN_RESTART_SECONDS = 600.0
"""Host seconds that an announced restart may take to begin."""


def install(params: InstallerParams, context: StepContext) -> StepProcedure:
    """Carry the installer contract out; see the head of this file."""
    found = yield from survey(params, context.key)
    ours = found.run == context.run and context.key in context.begun
    adopt = found.job in ENDED and ours
    if found.finished and not adopt:
        return (yield from _already(params, found, context))
    if found.job not in UNDER_WAY and not adopt:
        refused = yield from preflight(params.title, params.preflight)
        if refused is not None:
            return refused
    if context.check:
        open_checks = [row for row in found.results if not row.passed]
        return ended(
            [Change(what=params.title, before="not finished", after="finished")],
            evidence=[f"{row.check}: found {row.found}" for row in open_checks],
        )
    if not found.script and found.job is JobState.ABSENT:
        return failed(
            f"{params.script} is not on the host",
            remedy="Bring it there with a `fetch` task before this one.",
        )
    return (yield from _Installation(params, context).run(found.job, adopt=adopt))


def _already(params: InstallerParams, found: Survey, context: StepContext) -> StepProcedure:
    changes: tuple[Change, ...] = ()
    if found.resume_task and params.resume_task is not None:
        remove = ScheduledTaskRemove(task=params.resume_task)
        answer = yield from call(remove, check=context.check)
        changes = change_of(f"scheduled task {params.resume_task}", answer)
    held = f"already finished: {len(found.results)} checks hold and nothing is half done"
    result = ended(changes, evidence=[held], value={"phases": 0, "restarts": 0})
    return result.model_copy(update={"checks": found.results})


class _Installation:
    def __init__(self, params: InstallerParams, context: StepContext) -> None:
        self._params = params
        self._context = context
        self._generation = generation_of(context.facts.os_build)
        self._records: list[Record] = []
        self._phases = 0
        self._restarts = 0

    def run(self, known: JobState, *, adopt: bool) -> StepProcedure:
        """Run phases until one of them decides.

        Args:
            adopt: The first one has ended already, see `run_phase`.
        """
        limit = self._context.timeout or self._params.default_timeout
        if self._params.restart is RestartMode.OWN:
            yield ExpectRestarts()
        while True:
            self._phases += 1
            now: float = yield Elapsed()
            yield Progress(f"phase {self._phases} of {self._params.title}")
            until = min(limit, now + self._params.phase_timeout)
            phase = yield from run_phase(self._params, self._context, known, until, adopt=adopt)
            self._records += phase.followed.records
            if phase.end is PhaseEnd.COMPLETE:
                return (yield from self._finish())
            if phase.end not in (PhaseEnd.RESTARTED, PhaseEnd.WANTS_RESTART):
                return (yield from self._give_up(phase, phase.end.value))
            self._restarts += 1
            if self._restarts > self._params.restart_budget:
                return (
                    yield from self._give_up(
                        phase,
                        f"needs more than its budget of {self._params.restart_budget} restarts",
                    )
                )
            if not (yield from self._restarted(phase)):
                return (
                    yield from self._give_up(
                        phase, f"announced a restart that did not come: {phase.said!r}"
                    )
                )
            # The job of this phase has ended, whatever its folder says.
            known, adopt = JobState.FINISHED, False

    def _restarted(self, phase: Phase) -> Procedure[bool]:
        """See to it that the next phase runs in another boot."""
        if phase.end is PhaseEnd.RESTARTED:
            told = f"the host restarted under {self._params.title}; it runs again"
            if phase.said and phase.followed.exit is not None:
                told = f"the restart that it wanted has happened: {phase.said}"
            yield Progress(told)
            return True
        if self._params.restart is RestartMode.MANAGED:
            yield Progress(f"it wants a restart: {phase.said}")
            yield RestartHost(f"{self._params.title}: {phase.said}")
            return True
        yield Progress(f"its own restart is awaited: {phase.said}")
        began: float = yield Elapsed()
        while True:
            yield from call(GetBoot())
            boot: BootIdentity = yield CurrentBoot()
            if not boot.same_boot(phase.boot):
                return True
            now: float = yield Elapsed()
            if now - began >= OWN_RESTART_SECONDS:
                return False
            yield Sleep(5)

    def _finish(self) -> StepProcedure:
        params = self._params
        if params.resume_task is not None:
            yield from call(ScheduledTaskRemove(task=params.resume_task))
        yield Progress(f"{params.complete.line!r} was printed; {len(params.all_checks)} checks")
        results = yield from look_until_hold(params.all_checks, params.checks_within)
        return completed(
            params,
            results,
            self._records,
            self._generation,
            {"phases": self._phases, "restarts": self._restarts},
        )

    def _give_up(self, phase: Phase, why: str) -> Procedure[StepResult]:
        if phase.end in (PhaseEnd.HUNG, PhaseEnd.NOT_STARTED):
            yield from call(JobStop(id=self._context.key))
        return gave_up(
            self._params,
            phase,
            why,
            self._records,
            self._generation,
            {"phases": self._phases, "restarts": self._restarts},
        )
