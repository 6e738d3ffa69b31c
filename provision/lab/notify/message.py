"""What is told of a night: a line, a text, and the same as JSON. Pure."""

from __future__ import annotations

from typing import Any

from provision.lab.night import NightStory, Rebuild
from provision.lab.phase import Phase

VERSION = 1
"""Of the JSON document; rises when a field changes its meaning or goes away."""


def subject(story: NightStory) -> str:
    """One line: which lab, how many are green, which are not."""
    red = [name for name, one in story.rebuilds.items() if one.phase is not Phase.GREEN]
    count = len(story.rebuilds)
    if not red:
        return f"{story.night.lab}: all {count} green"
    return f"{story.night.lab}: {count - len(red)} of {count} green, not {', '.join(red)}"


def text(story: NightStory) -> str:
    """A text for a mail."""
    lines = [f"Night {story.night.id}, begun {story.night.started}", ""]
    for name, rebuild in story.rebuilds.items():
        lines.append(f"{name}: {rebuild.phase.value}")
        if rebuild.failed_in:
            lines.append(f"  failed in: {rebuild.failed_in.value}")
        lines += [f"  {line}" for line in rebuild.message.splitlines()]
        lines += [f"  warning: {issue}" for issue in _warnings(rebuild)]
        lines += [f"  {note}" for note in rebuild.notes]
    lines += ["", f"provision lab history shows it among the others; its id is {story.night.id}."]
    return "\n".join(lines) + "\n"


def document(story: NightStory) -> dict[str, Any]:
    """The same for programs."""
    return {
        "version": VERSION,
        "night": story.night.id,
        "lab": story.night.lab,
        "started": story.night.started,
        "ended": story.ended,
        "green": story.green,
        "vms": [
            {
                "vm": name,
                "outcome": one.phase.value,
                "failed_in": one.failed_in.value if one.failed_in else None,
                "message": one.message,
                "snapshot": one.snapshot,
                "warnings": _warnings(one),
                "runs": [run.run for run in one.runs],
            }
            for name, one in story.rebuilds.items()
        ],
    }


def _warnings(rebuild: Rebuild) -> list[str]:
    return sorted({issue for run in rebuild.runs for issue in run.warnings})
