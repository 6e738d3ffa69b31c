"""What hosts said, within bounds: the first and the last lines of each task."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from provision.journal.echo import SPOKEN
from provision.journal.entry import Entry, Kind
from provision.journal.observer import SKIPPED
from provision.journal.story import RunStory
from provision.report.html.content import Log, LogLine

FIRST = 60
LAST = 140
LONGEST = 600
"""Characters of one line."""


def logs_of(story: RunStory, entries: Iterable[Entry]) -> dict[int, Log]:
    """Give the logs of a run's tasks that said something, by the tasks' numbers.

    Args:
        entries: Lines; entries of other kinds are passed over.
    """
    names = {task.number: task.name for task in story.tasks}
    first: dict[int, list[LogLine]] = {}
    last: dict[int, deque[LogLine]] = {}
    left_out: dict[int, int] = {}
    for entry in entries:
        number, data = entry.task or 0, entry.data
        if entry.kind is not Kind.LINE or not number:
            continue
        if data["kind"] == SKIPPED:
            left_out[number] = left_out.get(number, 0) + int(data.get("count", 0))
        if data["kind"] not in SPOKEN:
            continue
        line = _line(data["kind"], str(data["text"]), float(data.get("elapsed", 0.0)))
        begun = first.setdefault(number, [])
        if len(begun) < FIRST:
            begun.append(line)
            continue
        end = last.setdefault(number, deque(maxlen=LAST))
        if len(end) == LAST:
            left_out[number] = left_out.get(number, 0) + 1
        end.append(line)
    return {
        number: Log(
            names.get(number, f"task {number}"),
            tuple(begun),
            left_out.get(number, 0),
            tuple(last.get(number, ())),
            f"provision logs {story.run.id} {number}",
        )
        for number, begun in sorted(first.items())
    }


def tail_of(log: Log | None, count: int = 12) -> tuple[LogLine, ...]:
    """Give the last lines of a log."""
    return (*log.first, *log.last)[-count:] if log is not None else ()


def _line(kind: str, text: str, elapsed: float) -> LogLine:
    cut = text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text):,} characters)"
    return LogLine(elapsed, kind, cut.rstrip("\r\n"))
