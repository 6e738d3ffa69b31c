"""One time over many nights, as a row of columns. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from provision.report.text import duration, plural

HEIGHT = 64
"""Of the drawing, in pixels; its width is given in per cent."""

LEAST_COLUMNS = 12
"""There is room for so many nights at least: fewer stand at the right."""

_TOP = 12
"""Pixels above the highest column, for its mark."""


@dataclass(frozen=True, slots=True)
class Night:
    """One night's time.

    Args:
        seconds: None when it did not pass.
        slower: Beyond what was usual then.
    """

    name: str
    seconds: float | None
    slower: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One night: `x` and `width` in per cent, `y` and `height` in pixels.

    Args:
        style: `usual`, `slower`, or `missing` where it did not pass.
    """

    x: float
    width: float
    y: float
    height: float
    style: str
    text: str

    @property
    def middle(self) -> float:
        """Its middle, in per cent."""
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Trend:
    """A small chart.

    Args:
        usual_y: Where the median is, in pixels from the top; None when too few nights are known.
        summary: What it shows, in words.
    """

    host: str
    name: str
    columns: tuple[Column, ...]
    last: str
    usual: str
    usual_y: float | None
    slower: bool
    summary: str


def draw(host: str, name: str, nights: Sequence[Night], usual: float | None) -> Trend:
    """Draw one time over many nights.

    Args:
        nights: The oldest first; the last is the one that the page tells of.
        usual: Seconds; None when too few nights are known.
    """
    known = [night.seconds for night in nights if night.seconds is not None]
    most = max([*known, usual or 0.0, 1.0])
    width = 100 / max(LEAST_COLUMNS, len(nights))
    first = 100 - width * len(nights)

    def top(seconds: float) -> float:
        return HEIGHT - (HEIGHT - _TOP) * seconds / most

    columns = []
    for index, night in enumerate(nights):
        x = first + width * index + width * 0.12
        if night.seconds is None:
            text = f"{night.name}: did not pass"
            columns.append(Column(x, width * 0.76, HEIGHT - 8, 8, "missing", text))
            continue
        y = min(top(night.seconds), HEIGHT - 2.0)
        text = f"{night.name}: {duration(night.seconds)}"
        style = "slower" if night.slower else "usual"
        text += ", slower than usual" if night.slower else ""
        columns.append(Column(x, width * 0.76, y, HEIGHT - y, style, text))
    last = nights[-1] if nights else Night("", None)
    shown = duration(last.seconds) if last.seconds is not None else "did not pass"
    told = duration(usual) if usual is not None else ""
    return Trend(
        host=host,
        name=name,
        columns=tuple(columns),
        last=shown,
        usual=told,
        usual_y=top(usual) if usual is not None else None,
        slower=last.slower,
        summary=_summary(name, nights, shown, told),
    )


def _summary(name: str, nights: Sequence[Night], last: str, usual: str) -> str:
    missing = sum(night.seconds is None for night in nights)
    slow = sum(night.slower for night in nights)
    parts = [f"{name} over {plural(len(nights), 'night')}: the last time {last}"]
    parts += [f"usually {usual}"] if usual else []
    parts += [f"did not pass in {plural(missing, 'night')}"] if missing else []
    parts += [f"slower than usual in {plural(slow, 'night')}"] if slow else []
    return ", ".join(parts)
