"""When a run's tasks and restarts were, for the timeline."""

from __future__ import annotations

from datetime import datetime

from provision.journal.story import RunStory
from provision.report.html.timeline import Span
from provision.report.text import duration


def at(time: str) -> float:
    """Seconds since 1970 of an ISO 8601 time."""
    return datetime.fromisoformat(time).timestamp()


def tasks_of(story: RunStory) -> tuple[Span, ...]:
    """Tasks that began."""
    return tuple(
        Span(
            task.name,
            at(task.started),
            max(at(task.started), at(task.ended or story.last_time)),
            "failed" if task.outcome in ("failed", "unreachable") else str(task.outcome or "begun"),
            f"{task.name}: {task.outcome or 'not ended'} in {duration(task.seconds)}",
        )
        for task in story.tasks
        if task.started
    )


def restarts_of(story: RunStory) -> tuple[Span, ...]:
    """Restarts, from the last answer before to the first after.

    They are told in host seconds. A simulated host's pass quicker than ours, so the time is
    shortened as much as the whole run was.
    """
    real = at(story.last_time) - at(story.run.started)
    quicker = max(1.0, story.seconds / real) if real > 0 and story.parts <= 1 else 1.0
    return tuple(
        Span(
            duration(one.seconds) + ("" if one.expected else " not asked for"),
            at(one.time) - one.seconds / quicker,
            at(one.time),
            "away",
            f"restarted{'' if one.expected else ', and nobody asked for it'}, "
            f"away {duration(one.seconds)}",
        )
        for one in story.restarts
    )
