"""One run of the journal as a part of a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from provision.diagnosis.matching import issue_by_id
from provision.journal.story import RunStory, TaskStory
from provision.report.html.content import (
    Broken,
    CheckRow,
    Fact,
    Log,
    Mark,
    RunPart,
    TaskRow,
    mark_of,
)
from provision.report.html.logs import tail_of
from provision.report.run_page import counts
from provision.report.text import change_text, duration

_MOST_CHANGES = 20


def run_part(title: str, story: RunStory, state: str, logs: Mapping[int, Log]) -> RunPart:
    """Tell of one run.

    Args:
        state: See `Standing.state`; a run that ended is told by its outcome.
    """
    outcome = story.outcome or state
    return RunPart(
        title=title,
        mark=mark_of(outcome) if story.outcome else Mark.IDLE,
        outcome=counts(story) if outcome in ("ok", "changed") else f"{outcome}: {counts(story)}",
        facts=tuple(_facts(story)),
        tasks=tuple(task_row(task) for task in story.tasks),
        message=story.message,
        logs=tuple(logs.values()),
    )


def task_row(task: TaskStory) -> TaskRow:
    """Tell of one task."""
    outcome = task.outcome or ("begun" if task.starts else "not begun")
    changes = [change_text(change) for change in task.changes[:_MOST_CHANGES]]
    more = len(task.changes) - len(changes)
    return TaskRow(
        number=task.number,
        name=task.name,
        step=task.step,
        mark=Mark.IDLE if task.outcome is None else mark_of(outcome),
        outcome=outcome,
        took=duration(task.seconds) if task.outcome not in (None, "skipped") else "",
        lines=tuple(
            line for line in (task.reason, *changes, f"and {more} more" if more else "") if line
        ),
        checks=tuple(
            CheckRow(one.check, Mark.GOOD if one.passed else Mark.BAD, one.found)
            for one in task.checks
        ),
        remedy=task.remedy,
    )


def broken_task(story: RunStory) -> TaskStory | None:
    """The task in which a run failed, if it was a task."""
    failed = [task for task in story.tasks if task.outcome in ("failed", "unreachable")]
    return failed[-1] if failed else None


def broken(name: str, where: str, story: RunStory, logs: Mapping[int, Log]) -> Broken:
    """Tell what went wrong in a run that failed.

    Args:
        where: What comes before the task's name.
    """
    task = broken_task(story)
    cause = known_cause(task.issue) if task is not None else ""
    message = (task.reason if task is not None else "") or story.message or story.outcome
    remedies = dict.fromkeys(
        text for text in (task.remedy if task is not None else "", story.remedy) if text
    )
    place = f"task {task.number} of {len(story.tasks)}, “{task.name}”" if task is not None else ""
    return Broken(
        name=name,
        where=": ".join(part for part in (where, place) if part),
        message=message,
        cause=cause,
        issue=task.issue if task is not None and cause else "",
        remedies=tuple(remedies),
        tail=tail_of(logs.get(task.number)) if task is not None else (),
    )


def known_cause(issue: str) -> str:
    """Say why a known issue happens; empty when this version does not know it."""
    try:
        found = issue_by_id(issue)
    except KeyError:
        return ""
    return f"{found.title}. {found.cause}"


def _facts(story: RunStory) -> Iterator[Fact]:
    run = story.run
    yield Fact("Run", run.id)
    yield Fact("Playbook", f"{run.playbook} ({run.playbook_sha256[:12]})")
    if story.machine:
        yield Fact("Machine", f"{story.machine}, build {story.os_build}")
    yield Fact("Host time", duration(story.seconds))
    if story.parts > 1:
        yield Fact("Parts", str(story.parts))
