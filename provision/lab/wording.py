"""What many nights tell, in words: for the terminal and for the page."""

from __future__ import annotations

from provision.lab.comparing import Difference
from provision.lab.flaky import Flaky
from provision.lab.timing import Series, Slower
from provision.report.text import clean, duration, plural

_MOST_NAMED = 3


def flaky_sentence(flaky: Flaky) -> str:
    """Say how often it failed, where, and where it passed again."""
    failed = [clean(where) for where in flaky.failed[-_MOST_NAMED:]]
    more = len(flaky.failed) - len(failed)
    named = ", ".join([f"{more} more" if more else "", *failed]).removeprefix(", ")
    times = f"{len(flaky.failed)} of {plural(flaky.attempts, 'time')}"
    return f"failed {times} ({named}), passed again in {clean(flaky.passed)}"


def series_name(series: Series) -> str:
    """Name a time: a task, or the whole of a run."""
    if series.task:
        return repr(clean(series.task))
    return f"the whole of {series.work} {clean(series.playbook)}"


def slower_sentence(one: Slower) -> str:
    """Say how much slower."""
    return (
        f"{duration(one.seconds)}, usually {duration(one.usual.seconds)} "
        f"(of {plural(one.usual.nights, 'night')}; up to {duration(one.usual.limit)} is usual)"
    )


def difference_text(one: Difference) -> str:
    """Tell one difference in one line."""
    name = clean(f"{one.kind} {one.what}".strip())
    if one.kind == "warning":
        return f"{name}: {'new' if one.after else 'gone'}"
    before, after = (clean(text) or _missing(one) for text in (one.before, one.after))
    return f"{name}: {before} → {after}"


def slower_cells(one: Slower) -> tuple[str, ...]:
    """Host, what, this time, usual, more."""
    series = one.series
    what = f"“{series.task}”" if series.task else f"the whole of {series.work} {series.playbook}"
    times = (one.seconds, one.usual.seconds)
    return (series.vm, what, *map(duration, times), f"+{duration(one.lost)}")


def difference_cells(one: Difference) -> tuple[str, ...]:
    """Host, what, before, now."""
    missing = _missing(one)
    name = f"{one.kind} {one.what}".strip()
    return (one.vm, name, one.before or missing, one.after or missing)


def flaky_cells(one: Flaky) -> tuple[str, ...]:
    """Host, task, how often, why the last time."""
    reason = next(iter(one.reason.splitlines()), "")
    return (one.host, f"“{one.task}” of {one.playbook}", flaky_sentence(one), reason)


def _missing(one: Difference) -> str:
    return "not checked" if one.kind == "installed" else "none"
