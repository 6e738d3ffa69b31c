"""Failures, with the known issue that explains them.

A step that has the host's own records explains its failure itself, and knows what did no harm; the
engine asks `diagnosed` for all others, so that no failure is told without what is known about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from provision.agent.operations.base import ErrorRecord
from provision.diagnosis.matching import Finding, Sighting, find_issues
from provision.model.outcome import Outcome, StepResult, Warning
from provision.steps.diagnosing import sighting

_TYPED = re.compile(r"\[([^\[\]]+)\]\s*$")
_CODE = re.compile(r"0x[0-9A-Fa-f]{8}")


def explained(result: StepResult, finding: Finding | None) -> StepResult:
    """Attach a known issue to a failure, or that none explains it."""
    if finding is None:
        return result.model_copy(update={"issue": result.issue or ""})
    issue = finding.issue
    told = f"{issue.id}: {issue.title}. {issue.cause}"
    return result.model_copy(
        update={
            "issue": issue.id,
            "remedy": issue.remedy,
            "evidence": (told, *(line for line in result.evidence if line != told)),
            "value": {**result.value, "issue": issue.id},
        }
    )


def diagnosed(
    result: StepResult, record: ErrorRecord | None = None, generation: str = ""
) -> StepResult:
    """Explain a failure that its step has not explained, as far as is known.

    The host's own error comes first, then what the step says of it, then its evidence from the
    last line up. An issue that only checks can tell from a harmless one explains nothing here.

    Args:
        record: The error that the host gave, if it gave one.
    """
    if result.outcome is not Outcome.FAILED or result.issue is not None:
        return result
    checks = [Sighting(check.found) for check in result.checks if not check.passed]
    evidence = [_read(line) for line in reversed(result.evidence)]
    groups: list[Sequence[Sighting]] = [
        [sighting(record)] if record is not None else [],
        [Sighting(result.failure or "")],
        checks,
        evidence,
    ]
    return explained(result, first_reason(groups, generation))


def first_reason(groups: Iterable[Sequence[Sighting]], generation: str = "") -> Finding | None:
    """Give the first known issue that can be a reason, from the first group that has one."""
    surface = None
    for group in groups:
        found = [f for f in find_issues(group, generation) if not f.issue.warning_if]
        seen = {finding.issue.id for finding in found}
        reasons = [f for f in found if not f.issue.superficial]
        roots = [f for f in reasons if not seen & set(f.issue.follows)]
        if reasons:
            return (roots or reasons)[0]
        surface = surface or next(iter(found), None)
    return surface


def of_program(
    outputs: Sequence[str],
    exit_code: int | None,
    generation: str = "",
    *,
    in_container: bool = False,
) -> Finding | None:
    """The known issue in what a program that failed has printed, by its end first."""
    ended = [Sighting("", exit_code=exit_code)] if exit_code is not None else []
    said = [[Sighting(text, in_container=in_container)] for text in outputs]
    return first_reason([*said, ended], generation)


def warned(seen: Sequence[Sighting], generation: str = "") -> tuple[Warning, ...]:
    """Warnings for the known issues in what was reported by something that came to a good end."""
    warnings: dict[str, Warning] = {}
    for one in seen:
        found = find_issues([one], generation)
        if not found:
            continue
        named = next((f for f in found if f.issue.superficial), found[0])
        issue = named.issue
        remedy = issue.harmless
        if issue.warning_if:
            remedy = f"No check here proves it harmless. {issue.remedy}"
        text = " / ".join(line.strip() for line in one.text.splitlines() if line.strip())
        typed = ", ".join(part for part in (one.id, one.hresult) if part)
        evidence = f"{one.kind}: {text}" + (f" [{typed}]" if typed else "")
        warnings.setdefault(
            issue.id,
            Warning(issue=issue.id, brief=issue.title, evidence=evidence, remedy=remedy),
        )
    return tuple(warnings.values())


def _read(line: str) -> Sighting:
    """Read a line of evidence; `shown` puts a record's id and code at its end."""
    found = _TYPED.search(line)
    parts = [part.strip() for part in found.group(1).split(", ")] if found else []
    codes = [part for part in parts if _CODE.fullmatch(part)]
    ids = [part for part in parts if part not in codes]
    return Sighting(line, id=ids[0] if ids else "", hresult=codes[0] if codes else "")
