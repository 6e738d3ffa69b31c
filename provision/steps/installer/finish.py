"""How an installer's task ends: with warnings that the checks allow, or with a diagnosis."""

from __future__ import annotations

from collections.abc import Sequence

from provision.agent.operations.execution import Record
from provision.diagnosis.matching import Finding
from provision.model.outcome import Change, CheckResult, Json, Outcome, StepResult
from provision.steps.diagnosed import explained
from provision.steps.diagnosing import explain_failure, last_error, shown
from provision.steps.ending import failed
from provision.steps.installer.judging import judge
from provision.steps.installer.params import InstallerParams
from provision.steps.installer.phase import Phase, PhaseEnd
from provision.steps.verify import not_holding

TOLD = 10
"""Records shown as evidence of a failure."""


def completed(
    params: InstallerParams,
    results: Sequence[CheckResult],
    records: Sequence[Record],
    generation: str,
    counts: dict[str, int],
) -> StepResult:
    """The closing line came: decide by the checks, and by what went wrong on the way."""
    open_checks = [row for row in results if not row.passed]
    rows = list(zip([check.kind for check in params.all_checks], results, strict=True))
    verdict = judge(records, rows, params.known_warnings, generation)
    value = _value(counts, results)
    if open_checks:
        reason = verdict.harm or explain_failure(records, generation)
        proved = {one.issue for one in verdict.warnings}
        if reason is not None and reason.issue.warning_if and reason.issue.id in proved:
            reason = None  # The checks have proved it harmless: it explains nothing.
        why = not_holding(open_checks, len(results))
        result = _failure(
            f"{params.title} printed {params.complete.line!r}, but {why}", reason, records, value
        )
        return result.model_copy(update={"checks": tuple(results)})
    if verdict.harm is not None:
        result = _failure(verdict.why, verdict.harm, records, value)
        return result.model_copy(update={"checks": tuple(results)})
    counted = ", ".join(f"{name}: {count}" for name, count in counts.items())
    return StepResult(
        outcome=Outcome.CHANGED,
        changes=(Change(what=params.title, before="not finished", after="finished"),),
        evidence=(
            f"{params.complete.line!r} printed, {len(results)} checks hold ({counted})",
            *verdict.passed_over,
        ),
        warnings=verdict.warnings,
        checks=tuple(results),
        value={"changed": True, **value},
    )


def gave_up(
    params: InstallerParams,
    phase: Phase,
    why: str,
    records: Sequence[Record],
    generation: str,
    counts: dict[str, int],
) -> StepResult:
    """The closing line did not come: say why, as far as is known."""
    evidence = phase.followed.evidence
    told = f"{params.title} {why}" + (f": {evidence}" if evidence else "")
    last = last_error(phase.followed.records)
    if phase.end is PhaseEnd.ENDED_EARLY and last is not None:
        told = f"{told}; its last error: {last.text.strip().partition(chr(10))[0].strip()}"
    # An error that the script went on after does not explain why it hangs or is gone.
    ended = phase.end in (PhaseEnd.ENDED_EARLY, PhaseEnd.WANTS_RESTART)
    finding = explain_failure(phase.followed.records, generation) if ended else None
    result = _failure(told, finding, records, _value(counts, ()))
    if finding is None:
        result = result.model_copy(update={"remedy": _REMEDIES[phase.end]})
    return result


_REMEDIES = {
    PhaseEnd.COMPLETE: "",
    PhaseEnd.RESTARTED: "Look at the host's event log for what restarts it.",
    PhaseEnd.WANTS_RESTART: "Look at what Windows wants to finish (`provision facts`), then run "
    "again; a script that wants ever more restarts needs a larger restart_budget.",
    PhaseEnd.ENDED_EARLY: "Read its last lines above, then run again: the script goes on where it "
    "stopped.",
    PhaseEnd.LOST: "Something ended the script's process. Run again: it goes on where it stopped.",
    PhaseEnd.HUNG: "The script was stopped. Run again; allow more silence with "
    "silence.give_up_after if the host is only slow.",
    PhaseEnd.OVERDUE: "It goes on on the host. Run again: the same job is found and followed; "
    "allow more with `timeout` or phase_timeout.",
    PhaseEnd.NOT_STARTED: "Look at the host's Task Scheduler service, then run again.",
}


def _failure(
    why: str, finding: Finding | None, records: Sequence[Record], value: dict[str, Json]
) -> StepResult:
    telling = [shown(record) for record in records if record.kind in ("error", "warning")]
    evidence = telling[-TOLD:]
    if finding is None:
        last = [shown(r) for r in records if r.kind in ("output", "information")][-3:]
        return explained(failed(why, evidence=[*last, *evidence], value=value), None)
    return explained(failed(why, evidence=evidence, value=value), finding)


def _value(counts: dict[str, int], results: Sequence[CheckResult]) -> dict[str, Json]:
    return {**counts, "checks": [result.model_dump() for result in results]}
