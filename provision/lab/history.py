"""Nights as rows: what became of each VM, how long it took, what it warned of. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from provision.journal.story import RunStory
from provision.lab.durations import series_of
from provision.lab.flaky import Flaky, attempts_of, flaky_tasks
from provision.lab.night import NightStory, Rebuild
from provision.lab.phase import Phase
from provision.lab.records import NightRecord, seconds_between, took, warnings_of
from provision.lab.timing import Slower, slower


@dataclass(frozen=True, slots=True)
class VmRow:
    """One VM in one night.

    Args:
        outcome: `green`, `failed`, `skipped`, or the phase in which it stands.
        failed_in: The phase in which it failed.
        took: Real seconds from the first phase to its end.
        seconds: Host seconds of its runs.
        warnings: Ids of known issues.
        snapshot: The green snapshot that was taken.
        message: Why it failed or was skipped.
    """

    vm: str
    outcome: str
    failed_in: str
    took: float
    seconds: float
    warnings: tuple[str, ...]
    snapshot: str
    message: str


@dataclass(frozen=True, slots=True)
class NightRow:
    """One night.

    Args:
        outcome: `green`, `red`, `interrupted`, or `open` while it goes on or was cut off.
        took: Real seconds; until its last written entry when it has no end.
    """

    night: str
    lab: str
    started: str
    ended: str
    outcome: str
    took: float
    vms: tuple[VmRow, ...]


@dataclass(frozen=True, slots=True)
class Noticed:
    """What the nights together tell and no single one does.

    Args:
        flaky: Of all of them.
        slower: In the last one, beside those before it.
    """

    flaky: tuple[Flaky, ...] = ()
    slower: tuple[Slower, ...] = ()


def night_row(story: NightStory) -> NightRow:
    """Give one night as a row."""
    last = max((one.ended for one in story.rebuilds.values()), default="")
    return NightRow(
        night=story.night.id,
        lab=story.night.lab,
        started=story.night.started,
        ended=story.ended,
        outcome=outcome_of(story),
        took=seconds_between(story.night.started, story.ended or last),
        vms=tuple(_vm_row(one) for one in story.rebuilds.values()),
    )


def outcome_of(story: NightStory) -> str:
    """Name a night's outcome."""
    if not story.finished:
        return "interrupted" if story.interrupted else "open"
    return "green" if story.green else "red"


def noticed(records: Iterable[NightRecord], others: Iterable[RunStory] = ()) -> Noticed:
    """Find flaky tasks, and what was slower than usual in the last night.

    Args:
        records: The oldest first.
        others: Runs of the same hosts that were part of no night.
    """
    nights = list(records)
    if not nights:
        return Noticed()
    of = {run: record.id for record in nights for run in record.runs}
    stories = [story for record in nights for story in record.runs.values()]
    stories += [story for story in others if story.run.id not in of]
    return Noticed(
        tuple(flaky_tasks(attempts_of(stories, of))),
        tuple(slower(series_of(nights), nights[-1].id)),
    )


def _vm_row(rebuild: Rebuild) -> VmRow:
    return VmRow(
        vm=rebuild.vm,
        outcome=rebuild.phase.value,
        failed_in=rebuild.failed_in.value if rebuild.failed_in else "",
        took=took(rebuild),
        seconds=sum(run.seconds for run in rebuild.runs),
        warnings=warnings_of(rebuild),
        snapshot=rebuild.snapshot if rebuild.phase is Phase.GREEN else "",
        message=rebuild.message,
    )
