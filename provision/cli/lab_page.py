"""A night as a few lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from provision.lab.night import NightStory, Rebuild
from provision.report.text import clean


def summary(story: NightStory, seconds: float) -> Iterator[str]:
    """Tell how a night ended, a line for each VM.

    Args:
        seconds: Real seconds that it took this time.
    """
    yield ""
    width = max(len(name) for name in story.rebuilds)
    for name, rebuild in story.rebuilds.items():
        yield f"{clean(name):<{width}}  {rebuild.phase.value:<8}  {_told(rebuild)}"
    green = sum(one.phase.value == "green" for one in story.rebuilds.values())
    yield f"night {story.night.id}: {green} of {len(story.rebuilds)} green, {_clock(seconds)}"


def _told(rebuild: Rebuild) -> str:
    if rebuild.message:
        where = f"{rebuild.failed_in.value}: " if rebuild.failed_in else ""
        return clean(where + rebuild.message.splitlines()[0])
    warnings = sorted({issue for run in rebuild.runs for issue in run.warnings})
    parts = [
        took(rebuild),
        rebuild.snapshot,
        f"warnings: {', '.join(warnings)}" if warnings else "",
    ]
    return "  ".join(part for part in parts if part)


def took(rebuild: Rebuild) -> str:
    """Say how long a VM's rebuild took, in real time; empty when it did not end."""
    if not rebuild.ended or not rebuild.phases:
        return ""
    began = datetime.fromisoformat(rebuild.phases[0][1])
    return _clock((datetime.fromisoformat(rebuild.ended) - began).total_seconds())


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"
