"""Nights, and what they tell together, as text and as data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provision.lab.flaky import Flaky
from provision.lab.history import NightRow, Noticed, VmRow
from provision.lab.timing import Series, Slower
from provision.report.json_data import plain_data
from provision.report.run_page import moment
from provision.report.text import clean, duration, plural

_MOST_NAMED = 3


def night_lines(row: NightRow) -> Iterator[str]:
    """Tell one night, a line for each VM."""
    green = sum(vm.outcome == "green" for vm in row.vms)
    state = f", {row.outcome}" if row.outcome in ("interrupted", "open") else ""
    yield (
        f"{clean(row.night)}  {moment(row.started)}  "
        f"{green} of {len(row.vms)} green{state}, took {duration(row.took)}"
    )
    width = max((len(vm.vm) for vm in row.vms), default=0)
    for vm in row.vms:
        yield f"  {clean(vm.vm):<{width}}  {vm.outcome:<8}  {_told(vm)}".rstrip()


def noticed_lines(noticed: Noticed) -> Iterator[str]:
    """Tell what only many nights can tell."""
    if noticed.flaky:
        yield "flaky: failed, then passed with the same playbook and variables"
    for flaky in noticed.flaky:
        yield f"  {clean(flaky.host)}: {clean(flaky.task)!r} of {clean(flaky.playbook)}"
        yield f"    {flaky_sentence(flaky)}"
        if flaky.reason:
            yield f"    the last time: {clean(flaky.reason.splitlines()[0])}"
    if noticed.slower:
        yield f"slower than usual in {clean(noticed.slower[0].night)}"
    for one in noticed.slower:
        yield f"  {clean(one.series.vm)}: {series_name(one.series)}: {slower_sentence(one)}"


def noticed_objects(noticed: Noticed) -> Iterator[dict[str, Any]]:
    """The same as data."""
    for flaky in noticed.flaky:
        yield {"kind": "flaky", **plain_data(flaky)}
    for one in noticed.slower:
        data = plain_data(one)
        series = data.pop("series")
        named = {name: series[name] for name in ("vm", "work", "playbook", "task")}
        yield {"kind": "slower", **named, **data}


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


def _told(vm: VmRow) -> str:
    first = next(iter(vm.message.splitlines()), "")
    where = f"in {vm.failed_in}: " if vm.failed_in else ""
    parts = [
        duration(vm.took) if vm.took else "",
        clean(f"{where}{first}") if first or where else "",
        clean(vm.snapshot),
        f"warnings: {', '.join(map(clean, vm.warnings))}" if vm.warnings else "",
    ]
    return "  ".join(part for part in parts if part)
