"""Nights together with the runs that they were made of, out of the journals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from provision.journal.entry import Kind
from provision.journal.store import Journal
from provision.journal.story import RunStory
from provision.journal.telling import tell
from provision.lab.night import NightStory, PlaybookRun, Rebuild
from provision.lab.nights import Nights
from provision.lab.phase import Phase

NIGHTS = 30
"""How far back trends, flaky tasks and usual times look."""

_TOLD = tuple(
    kind for kind in Kind if kind not in (Kind.LINE, Kind.EFFECT_STARTED, Kind.EFFECT_FINISHED)
)


@dataclass(frozen=True, slots=True)
class NightRecord:
    """One night with the stories of its runs.

    Args:
        runs: By their ids. `verify` writes no journal, so its runs have no story.
    """

    story: NightStory
    runs: Mapping[str, RunStory]

    @property
    def id(self) -> str:
        """The night's."""
        return self.story.night.id

    def stories(self, vm: str) -> list[tuple[PlaybookRun, RunStory | None]]:
        """A VM's runs in order, each with its story where there is one."""
        rebuild = self.story.rebuilds.get(vm, Rebuild(vm))
        return [(run, self.runs.get(run.run)) for run in rebuild.runs]


def read_nights(
    nights: Nights, journal: Journal | None, lab: str, limit: int = NIGHTS
) -> list[NightRecord]:
    """Read a lab's latest nights, the oldest first.

    Args:
        journal: That of the lab's host file; None when no run was journaled yet.
    """
    return with_runs(journal, reversed(nights.latest(lab, limit=limit)))


def with_runs(journal: Journal | None, stories: Iterable[NightStory]) -> list[NightRecord]:
    """Read the runs of nights."""
    found = list(stories)
    wanted = {
        run.run for story in found for one in story.rebuilds.values() for run in one.runs if run.run
    }
    runs = read_runs(journal, wanted)
    return [
        NightRecord(
            story,
            {
                run.run: runs[run.run]
                for rebuild in story.rebuilds.values()
                for run in rebuild.runs
                if run.run in runs
            },
        )
        for story in found
    ]


def read_runs(journal: Journal | None, wanted: Iterable[str]) -> dict[str, RunStory]:
    """Tell the stories of the runs that the journal has, without their lines."""
    if journal is None:
        return {}
    ids = set(wanted)
    return {
        run.id: tell(run, journal.entries(run.id, kinds=_TOLD))
        for run in journal.runs(limit=100_000)
        if run.id in ids
    }


def seconds_between(began: str, ended: str) -> float:
    """Seconds between two ISO 8601 times; 0 when one is missing."""
    if not began or not ended:
        return 0.0
    return (datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds()


def phases_of(rebuild: Rebuild) -> list[tuple[Phase, str, str]]:
    """Give the phases with their beginnings and ends; the last end is empty while it goes on.

    A phase that was written twice in a row is one.
    """
    found: list[tuple[Phase, str, str]] = []
    ends = [*(time for _, time in rebuild.phases[1:]), rebuild.ended]
    for (phase, began), ended in zip(rebuild.phases, ends, strict=False):
        if found and found[-1][0] is phase:
            began = found.pop()[1]
        found.append((phase, began, ended))
    return found


def took(rebuild: Rebuild) -> float:
    """Real seconds from a rebuild's first phase to its end; 0 when it has none."""
    return seconds_between(rebuild.phases[0][1], rebuild.ended) if rebuild.phases else 0.0


def warnings_of(rebuild: Rebuild) -> tuple[str, ...]:
    """Ids of known issues that a VM's runs warned of, each once."""
    return tuple(dict.fromkeys(issue for run in rebuild.runs for issue in run.warnings))
