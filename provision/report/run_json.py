"""A run of the journal as plain data, for programs."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from provision.journal.story import RunStory

_STORY = TypeAdapter(RunStory)
_SHORT = {"run", "outcome", "exit_code", "message", "seconds", "last_time", "machine"}


def run_data(story: RunStory, state: str) -> dict[str, Any]:
    """Give everything about a run."""
    data: dict[str, Any] = _STORY.dump_python(story, mode="json", exclude={"lines"})
    return {**data, "state": state, "counts": story.counts}


def run_row(story: RunStory, state: str) -> dict[str, Any]:
    """Give what a list of runs shows."""
    data: dict[str, Any] = _STORY.dump_python(story, mode="json", include=_SHORT)
    return {
        **data,
        "state": state,
        "counts": story.counts,
        "warnings": len(story.warnings),
        "restarts": len(story.restarts),
    }
