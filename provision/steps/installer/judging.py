"""Errors of a script that reached its end: harmless, as the checks prove, or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from provision.agent.operations.execution import Record
from provision.diagnosis.matching import Finding, deepest
from provision.model.outcome import CheckResult, Warning
from provision.steps.diagnosing import findings, shown

Row = tuple[str, CheckResult]
"""A check's kind and its result."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the errors on the way mean.

    Args:
        warnings: Known issues that did no harm, each once.
        harm: The issue that keeps the task from being done, by its deepest reason.
        why: What to say of it.
        passed_over: Errors that no known issue explains; evidence only.
    """

    warnings: tuple[Warning, ...]
    harm: Finding | None
    why: str
    passed_over: tuple[str, ...]


def judge(
    records: Sequence[Record],
    rows: Sequence[Row],
    allowed: Sequence[str] | None,
    generation: str,
) -> Verdict:
    """Decide for each known issue whether the checks prove it harmless.

    An issue may name kinds of checks: there must be such checks, and they must hold. Without them
    it is not known whether it did harm, and that counts as harm.
    """
    warnings: dict[str, Warning] = {}
    harm, why = None, ""
    passed_over = []
    for record in records:
        if record.kind not in ("error", "warning"):
            continue
        found = findings([record], generation)
        if not found:
            if record.kind == "error":
                passed_over.append(f"passed over, not known: {shown(record)}")
            continue
        # The issue that was named on the surface is the one that people know and expect.
        named = next((f for f in found if f.issue.superficial), found[0])
        objection = _objection(named, rows, allowed)
        if not objection:
            warning = _warning(named, record, rows)
            warnings.setdefault(named.issue.id, warning)
        elif harm is None:
            harm, why = deepest(found), objection
    return Verdict(tuple(warnings.values()), harm, why, tuple(passed_over))


def _objection(found: Finding, rows: Sequence[Row], allowed: Sequence[str] | None) -> str:
    issue = found.issue
    if allowed is not None and issue.id not in allowed:
        return f"{issue.title}; the task does not list {issue.id} among its known_warnings"
    for kind in issue.warning_if:
        results = [result for one, result in rows if one == kind]
        if not results:
            return f"{issue.title}; the task has no check of kind {kind} to prove it harmless"
        for result in results:
            if not result.passed:
                return f"{issue.title}; {result.check}: found {result.found}"
    return ""


def _warning(found: Finding, record: Record, rows: Sequence[Row]) -> Warning:
    issue = found.issue
    proof = [f"{r.check}: {r.found}" for kind, r in rows if kind in issue.warning_if]
    evidence = shown(record)
    if proof:
        evidence += "; verified: " + "; ".join(proof)
    return Warning(issue=issue.id, brief=issue.title, evidence=evidence, remedy=issue.harmless)
