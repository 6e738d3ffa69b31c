"""Where things stand on a time axis, in per cent of its width, so that it fits any screen. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

_STEPS = (
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800,
    3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800,
)  # fmt: skip
_MOST_TICKS = 8
_DAY = 86400
_THINNEST = 0.35
"""Per cent: what took no time is still seen."""


@dataclass(frozen=True, slots=True)
class Span:
    """Something that lasted.

    Args:
        began: Seconds since 1970.
        ended: Not before it began.
        style: A word for style sheets.
        text: What it was, how it ended, how long it took.
    """

    name: str
    began: float
    ended: float
    style: str
    text: str


@dataclass(frozen=True, slots=True)
class HostTimes:
    """One host's times: phases of its rebuild, tasks, and restarts.

    Args:
        ended: How it ended.
        note: Why there are none, when there are none.
    """

    name: str
    phases: tuple[Span, ...] = ()
    tasks: tuple[Span, ...] = ()
    restarts: tuple[Span, ...] = ()
    ended: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A span on the axis; `x` and `width` are per cent of it."""

    name: str
    x: float
    width: float
    style: str
    text: str

    @property
    def end(self) -> float:
        """Its right end."""
        return self.x + self.width


@dataclass(frozen=True, slots=True)
class Tick:
    """A time on the axis.

    Args:
        minor: May be left out on a narrow screen.
    """

    x: float
    label: str
    minor: bool


@dataclass(frozen=True, slots=True)
class Lane:
    """One host on the axis.

    Args:
        ended: How it ended, for the sign at its end.
        note: Why it has no bars.
    """

    name: str
    phases: tuple[Bar, ...]
    tasks: tuple[Bar, ...]
    restarts: tuple[Bar, ...]
    ended: str
    note: str

    @property
    def end(self) -> float:
        """Where its last bar ends."""
        return max((bar.end for bar in (*self.phases, *self.tasks)), default=0.0)


@dataclass(frozen=True, slots=True)
class Timeline:
    """All hosts on one axis.

    Args:
        styles: Those of the phases that occur, in order, for the legend; with the phases' names.
    """

    began: str
    ended: str
    ticks: tuple[Tick, ...]
    lanes: tuple[Lane, ...]
    styles: tuple[tuple[str, str], ...]


def draw(hosts: Iterable[HostTimes]) -> Timeline | None:
    """Lay hosts out on one axis; None when nothing has a time."""
    rows = list(hosts)
    spans = [span for row in rows for span in (*row.phases, *row.tasks, *row.restarts)]
    if not spans:
        return None
    first = min(span.began for span in spans)
    last = max(max(span.ended for span in spans), first + 1)

    def bar(span: Span) -> Bar:
        x = 100 * (span.began - first) / (last - first)
        width = max(100 * (span.ended - span.began) / (last - first), _THINNEST)
        return Bar(span.name, min(x, 100 - width), width, span.style, span.text)

    lanes = tuple(
        Lane(
            row.name,
            tuple(map(bar, row.phases)),
            tuple(map(bar, row.tasks)),
            tuple(map(bar, row.restarts)),
            row.ended,
            row.note,
        )
        for row in rows
    )
    styles: dict[str, dict[str, None]] = {}
    for row in rows:
        for span in row.phases:
            styles.setdefault(span.style, {})[span.name] = None
    legend = tuple((style, ", ".join(names)) for style, names in styles.items())
    return Timeline(_clock(first, 1), _clock(last, 1), _ticks(first, last), lanes, legend)


def _ticks(first: float, last: float) -> tuple[Tick, ...]:
    """Even times of the clock, so many that they can be told apart."""
    step = next((s for s in _STEPS if (last - first) / s <= _MOST_TICKS), 0)
    step = step or math.ceil((last - first) / _MOST_TICKS / _DAY) * _DAY
    start = math.ceil(first / step) * step
    count = int((last - start) // step) + 1
    return tuple(
        Tick(100 * (at - first) / (last - first), _clock(at, step), bool(index % 2))
        for index, at in enumerate(start + step * n for n in range(count))
    )


def _clock(at: float, step: float) -> str:
    form = "%H:%M:%S" if step < 60 else "%H:%M" if step < _DAY else "%d %b"
    return datetime.fromtimestamp(at, UTC).strftime(form)
