"""Times of a lab over its last nights, as small charts."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from provision.lab.durations import series_of
from provision.lab.records import NightRecord
from provision.lab.timing import LEAST, Series, beyond, usual
from provision.report.html.trend import Night, Trend, draw

MOST_TASKS = 3
"""Of one VM: those that were slower than usual, and those that take a good part of its time."""

_PART = 0.1
_WHOLE = 0.9


def trends_of(records: Sequence[NightRecord]) -> tuple[Trend, ...]:
    """Draw the whole runs of each VM, and the tasks that matter most.

    Args:
        records: The oldest first; the last is the night that the page tells of.
    """
    series = series_of(records)
    nights = [record.id for record in records]
    slow = {id_: {_key(one.series) for one in beyond(series, id_)} for id_ in nights}
    return tuple(
        _draw(one, nights, slow)
        for vm in records[-1].story.rebuilds
        for one in _chosen([each for each in series if each.vm == vm], slow[nights[-1]])
    )


def _chosen(series: Sequence[Series], slow: set[tuple[str, ...]]) -> list[Series]:
    often = [one for one in series if len(one.points) > 1]
    wholes = [one for one in often if not one.task and one.work == "up"]
    most = max((_middle(one) for one in wholes), default=0.0)
    tasks = [
        one
        for one in often
        if one.task and (_key(one) in slow or _PART * most < _middle(one) < _WHOLE * most)
    ]
    tasks.sort(key=lambda one: (_key(one) not in slow, -_middle(one)))
    return wholes + tasks[:MOST_TASKS]


def _middle(one: Series) -> float:
    return median(seconds for _, seconds in one.points)


def _draw(one: Series, nights: Sequence[str], slow: dict[str, set[tuple[str, ...]]]) -> Trend:
    known = one.before(nights[-1])
    middle = usual(known) if len(known) >= LEAST else None
    return draw(
        one.vm,
        one.task or f"{one.work} {one.playbook}",
        [Night(night, one.at(night), _key(one) in slow[night]) for night in nights],
        middle.seconds if middle is not None else None,
    )


def _key(one: Series) -> tuple[str, ...]:
    return (one.vm, one.work, one.playbook, one.task)
