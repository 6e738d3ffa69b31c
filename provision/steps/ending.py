"""The ways in which most steps end."""

from __future__ import annotations

from collections.abc import Sequence

from provision.agent.operations.base import Answer, ChangeAnswer, OperationError
from provision.model.outcome import Change, Json, Outcome, StepResult
from provision.steps.diagnosed import explained, first_reason
from provision.steps.diagnosing import sighting


def ended(
    changes: Sequence[Change],
    *,
    evidence: Sequence[str] = (),
    value: dict[str, Json] | None = None,
) -> StepResult:
    """End well: `changed` when something changed, else `ok`."""
    return StepResult(
        outcome=Outcome.CHANGED if changes else Outcome.OK,
        changes=tuple(changes),
        evidence=tuple(evidence),
        value={"changed": bool(changes), **(value or {})},
    )


def failed(
    why: str,
    *,
    remedy: str = "",
    evidence: Sequence[str] = (),
    changes: Sequence[Change] = (),
    value: dict[str, Json] | None = None,
) -> StepResult:
    """End badly, with what changed until then."""
    return StepResult(
        outcome=Outcome.FAILED,
        changes=tuple(changes),
        evidence=tuple(evidence),
        failure=why,
        remedy=remedy,
        value={"changed": bool(changes), **(value or {})},
    )


def refused(
    errors: Sequence[OperationError],
    *,
    evidence: Sequence[str] = (),
    changes: Sequence[Change] = (),
) -> StepResult:
    """End badly because the host refused something; the first refusal is the reason."""
    first = errors[0]
    told = [f"{error.brief} [{error.details}]" for error in errors]
    result = failed(
        first.brief, remedy=first.resolution, evidence=[*evidence, *told], changes=changes
    )
    return explained(result, first_reason([[sighting(error.record)] for error in errors]))


def change_of(what: str, answer: ChangeAnswer) -> tuple[Change, ...]:
    """The change that an answer reports; empty when there is none."""
    if not answer.changed:
        return ()
    return (Change(what=what, before=answer.before, after=answer.after),)


def parted(
    answers: Sequence[Answer | OperationError],
) -> tuple[list[Answer | None], list[OperationError]]:
    """Part the answers of a `CallMany` from its refusals; a refused one's place holds None."""
    errors = [answer for answer in answers if isinstance(answer, OperationError)]
    return [None if isinstance(a, OperationError) else a for a in answers], errors
