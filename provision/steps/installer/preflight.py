"""What must hold before the script is launched for the first time."""

from __future__ import annotations

from collections.abc import Sequence

from provision.diagnosis.matching import issue_by_id
from provision.model.outcome import StepResult
from provision.steps.checks import Check, questions
from provision.steps.effect import Procedure, Progress, call_all
from provision.steps.ending import failed
from provision.steps.verify import not_holding


def preflight(title: str, checks: Sequence[Check]) -> Procedure[StepResult | None]:
    """Look at everything in one exchange, and change nothing.

    Args:
        title: What would be launched, for people.

    Returns:
        None when all hold; else the failure, with the cause and the remedy of each.
    """
    if not checks:
        return None
    asked = questions(checks)
    answers = dict(zip(asked, (yield from call_all(asked)), strict=True))
    results = tuple(check.judge(answers) for check in checks)
    pairs = list(zip(checks, results, strict=True))
    open_ones = [(check, result) for check, result in pairs if not result.passed]
    if not open_ones:
        yield Progress(f"{len(checks)} preflight check{'s hold' if len(checks) > 1 else ' holds'}")
        return None
    remedies = [text for check, _ in open_ones if (text := check.remedy(answers))]
    issues = [issue for check, _ in open_ones if (issue := check.issue(answers))]
    known = [issue_by_id(issue) for issue in dict.fromkeys(issues)]
    result = failed(
        f"{title} was not begun: {not_holding([row for _, row in open_ones], len(checks))}",
        remedy=" ".join(dict.fromkeys(remedies)),
        evidence=[
            f"{issue.id}: it would end so: {issue.title}. {issue.cause}" for issue in known[1:]
        ],
    )
    update = {"checks": results, "issue": known[0].id if known else ""}
    return result.model_copy(update=update)
