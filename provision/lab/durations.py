"""The times of nights as series: of each run, and of each task in it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from provision.journal.story import RunStory
from provision.lab.night import PlaybookRun
from provision.lab.records import NightRecord
from provision.lab.timing import Series

_PASSED = ("ok", "changed")
_GOOD_CODES = (0, 5)

Key = tuple[str, str, str, str]


def series_of(records: Iterable[NightRecord]) -> list[Series]:
    """Give the times of all runs and tasks that passed, in host seconds.

    A task that was gone on with after an interruption is left out: its parts overlap with what was
    waited for. So is a run that `up` found with nothing to do, beside others that built something:
    times are compared with times of the same outcome as the latest.

    Args:
        records: The oldest first.
    """
    points: dict[Key, list[tuple[str, str, float]]] = {}
    for record in records:
        for vm in record.story.rebuilds:
            for run, story in record.stories(vm):
                for key, outcome, seconds in _times(vm, run, story):
                    points.setdefault(key, []).append((outcome, record.id, seconds))
    return [
        Series(*key, tuple({night: s for outcome, night, s in found if outcome == latest}.items()))
        for key, found in points.items()
        for latest in (found[-1][0],)
    ]


def _times(vm: str, run: PlaybookRun, story: RunStory | None) -> Iterator[tuple[Key, str, float]]:
    if run.exit_code in _GOOD_CODES and (story is None or story.parts <= 1):
        yield (vm, run.work, run.playbook, ""), run.outcome, run.seconds
    for task in story.tasks if story is not None else ():
        if task.outcome in _PASSED and task.starts == 1:
            yield (vm, run.work, run.playbook, task.name), str(task.outcome), task.seconds
