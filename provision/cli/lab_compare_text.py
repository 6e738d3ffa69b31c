"""Two nights beside each other, as text."""

from __future__ import annotations

from collections.abc import Iterator

from provision.lab.comparing import Comparison, TaskTimes
from provision.lab.wording import difference_text
from provision.report.text import clean, duration


def comparison_lines(comparison: Comparison) -> Iterator[str]:
    """Tell what differs, VM by VM."""
    yield f"{clean(comparison.before)} → {clean(comparison.after)}"
    vms = [one.vm for one in comparison.differences] + [one.vm for one in comparison.times]
    for vm in dict.fromkeys(vms):
        yield clean(vm)
        differences = [one for one in comparison.differences if one.vm == vm]
        yield from (f"  {difference_text(one)}" for one in differences)
        if not differences:
            yield "  no difference but in seconds"
        rows = [one for one in comparison.times if one.vm == vm and _differs(one)]
        width = max((len(clean(one.task)) for one in rows), default=0)
        if rows:
            yield "  seconds of tasks that took another time"
        for one in rows:
            yield (
                f"    {clean(one.task):<{width}}  {_seconds(one.before):>8} → "
                f"{_seconds(one.after):>8}  {_more(one)}".rstrip()
            )


def _differs(one: TaskTimes) -> bool:
    return _seconds(one.before) != _seconds(one.after)


def _seconds(seconds: float | None) -> str:
    return "-" if seconds is None else duration(seconds)


def _more(one: TaskTimes) -> str:
    if one.before is None or one.after is None:
        return ""
    more = round(one.after) - round(one.before)
    return f"{'+' if more > 0 else '-'}{duration(abs(more))}"
