"""What was slower than usual: times of one night beside those of the nights before it. Pure.

No number of seconds or per cent is fixed. What is usual, and how far it spreads, is asked of the
last 30 nights themselves:

- The middle is their median, the spread their median absolute deviation (MAD), made comparable to a
  standard deviation by 1.4826. One night that hung for an hour moves neither.
- When more than half of the nights took the same time, the MAD is 0; then the mean absolute
  deviation takes its place (times 1.2533). Times are told in whole seconds, and rounding alone
  spreads them by 1/sqrt(12) s: no spread is less than that.
- How many spreads are too many follows from two things. The more tasks are looked at, the more of
  them are far off by chance, so the limit rises with their number: in a hundred nights in which
  nothing became slower, about one false alarm is accepted. And the fewer nights are known, the less
  is known of their spread, so the limit is that of Student's distribution, with as many degrees of
  freedom as the MAD of so many values is worth (37% of those of a standard deviation).
- Fewer than 8 nights tell too little, and nothing is said.

A task that stays slower is usual again once half of the 30 nights have seen it.

Sources: B. Iglewicz and D. Hoaglin, How to Detect and Handle Outliers (1993), for both estimators;
P. Rousseeuw and C. Croux, Alternatives to the Median Absolute Deviation (1993), for the MAD's
efficiency and its correction in small samples; Abramowitz and Stegun 26.7.5 for the quantile.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, median

LEAST = 8
"""Nights that must be known."""

FALSE_ALARMS = 0.01
"""Accepted in one night, over everything that is looked at."""

_MAD_EFFICIENCY = 0.37
_ROUNDING = 1 / math.sqrt(12)


@dataclass(frozen=True, slots=True)
class Usual:
    """What a time usually is.

    Args:
        seconds: The median.
        limit: Seconds above which it is slower than usual.
        nights: How many nights tell so.
    """

    seconds: float
    limit: float
    nights: int


@dataclass(frozen=True, slots=True)
class Series:
    """One time, night after night.

    Args:
        work: `up` or `verify`.
        task: Empty for the whole run.
        points: Night and host seconds, the oldest night first; only where it passed.
    """

    vm: str
    work: str
    playbook: str
    task: str
    points: tuple[tuple[str, float], ...]

    def at(self, night: str) -> float | None:
        """Its seconds in a night; None when it did not pass there."""
        return dict(self.points).get(night)

    def before(self, night: str) -> list[float]:
        """Its seconds in the nights before one; nights' ids rise with time."""
        return [seconds for other, seconds in self.points if other < night]


@dataclass(frozen=True, slots=True)
class Slower:
    """A time that is beyond its limit in one night."""

    series: Series
    night: str
    seconds: float
    usual: Usual

    @property
    def lost(self) -> float:
        """Seconds more than usual."""
        return self.seconds - self.usual.seconds


def usual(earlier: Sequence[float], looked_at: int = 1) -> Usual | None:
    """Say what is usual; None when too little is known.

    Args:
        earlier: Seconds of earlier nights, in any order.
        looked_at: How many times are judged in the same night.
    """
    count = len(earlier)
    if count < LEAST:
        return None
    middle = median(earlier)
    off = [abs(value - middle) for value in earlier]
    spread = 1.4826 * median(off) * count / (count - 0.8) or 1.2533 * fmean(off)
    spread = max(spread, _ROUNDING)
    freedom = _MAD_EFFICIENCY * (count - 1)
    chance = FALSE_ALARMS / max(1, looked_at)
    # The median itself is off by about sqrt(pi / 2n) spreads.
    far = _student(1 - chance, freedom) * math.sqrt(1 + math.pi / (2 * count))
    return Usual(middle, middle + far * spread, count)


def slower(series: Iterable[Series], night: str) -> list[Slower]:
    """Find what was slower than usual in one night; what lost most seconds first.

    A run is left out when its own tasks explain most of what it lost.
    """
    found = beyond(series, night)
    unexplained = [one for one in found if one.series.task or 2 * _explained(one, found) < one.lost]
    return sorted(unexplained, key=lambda one: -one.lost)


def beyond(series: Iterable[Series], night: str) -> list[Slower]:
    """Give all times of one night that are beyond their limits."""
    judged = [(one, one.before(night), one.at(night)) for one in series]
    able = [
        (one, before, now)
        for one, before, now in judged
        if now is not None and len(before) >= LEAST
    ]
    found = []
    for one, before, now in able:
        known = usual(before, len(able))
        if known is not None and now > known.limit:
            found.append(Slower(one, night, now, known))
    return found


def _explained(run: Slower, found: Iterable[Slower]) -> float:
    """Seconds that a run's own tasks lost."""
    mine = (run.series.vm, run.series.work, run.series.playbook)
    return sum(
        one.lost
        for one in found
        if one.series.task and (one.series.vm, one.series.work, one.series.playbook) == mine
    )


def _student(probability: float, freedom: float) -> float:
    """Quantile of Student's distribution, by its expansion around the normal one."""
    x, n = NormalDist().inv_cdf(probability), freedom
    return (
        x
        + (x**3 + x) / (4 * n)
        + (5 * x**5 + 16 * x**3 + 3 * x) / (96 * n**2)
        + (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / (384 * n**3)
    )
