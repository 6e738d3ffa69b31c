"""Nights, and what they tell together, as text and as data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provision.lab.history import NightRow, Noticed, VmRow
from provision.lab.wording import flaky_sentence, series_name, slower_sentence
from provision.report.json_data import plain_data
from provision.report.run_page import moment
from provision.report.text import clean, duration


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
