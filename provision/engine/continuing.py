"""Tasks of a run that goes on: what the journal says, and what the host says when asked again."""

from __future__ import annotations

from provision.engine.memory import Remembered
from provision.engine.task_runner import TaskResult
from provision.model.outcome import Outcome, StepResult


def from_journal(remembered: Remembered) -> TaskResult:
    """Take a task as done: carried out again it would do its work again."""
    note = f"done before the interruption, at {remembered.time}"
    result = remembered.result
    told = result.model_copy(update={"evidence": (note, *result.evidence)})
    return TaskResult(told, value=remembered.value)


def agreed(remembered: Remembered, found: TaskResult) -> TaskResult:
    """Put together what the journal and the host say of a finished task.

    When the host needed nothing, the journal's changes and warnings stand; when it did, both stand.
    """
    before, after = remembered.result, found.result
    if after.outcome not in (Outcome.OK, Outcome.CHANGED) or before.outcome is Outcome.SKIPPED:
        return found
    known = {warning.issue for warning in after.warnings}
    warnings = tuple(warning for warning in before.warnings if warning.issue not in known)
    changed = Outcome.CHANGED in (before.outcome, after.outcome)
    result: StepResult = after.model_copy(
        update={
            "outcome": Outcome.CHANGED if changed else Outcome.OK,
            "changes": (*before.changes, *after.changes),
            "warnings": (*warnings, *after.warnings),
        }
    )
    value = found.value if after.outcome is Outcome.CHANGED else remembered.value
    return TaskResult(result, value=value)
