"""Reading a lab's nights for people: which lab file, which night, which journals.

Looking never makes a journal, nor changes one, and asks neither hosts nor hypervisors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from provision.cli.notebook import journal_file
from provision.journal.store import Journal
from provision.journal.story import RunStory
from provision.lab.lab import Lab
from provision.lab.loader import load_lab
from provision.lab.night import NightStory
from provision.lab.nights import Nights
from provision.lab.records import NIGHTS, NightRecord, read_nights, read_runs, with_runs
from provision.model.errors import InputError, Problem
from provision.report.text import clean

NO_NIGHT = "no night yet"

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class LabRecords:
    """A lab's nights, with the runs that they were made of.

    Args:
        nights: None when nothing was written yet.
        journal: Of the lab's host file; None when no run was journaled yet.
    """

    lab: Lab
    nights: Nights | None
    journal: Journal | None

    def find(self, name: str) -> NightStory:
        """Find a night: `last`, `previous` (the one before), or the beginning of its id.

        Raises:
            InputError: There is none.
        """
        latest = self.nights.latest(self.lab.name, limit=2) if self.nights is not None else []
        if self.nights is None or not latest:
            hint = "`provision lab rebuild` makes the first"
            raise InputError([Problem(f"{NO_NIGHT} of the lab {clean(self.lab.name)}", hint=hint)])
        if name == "previous" and len(latest) == 2:
            return latest[1]
        found = self.nights.find(self.lab.name, name) if name != "previous" else None
        if found is None:
            told = "there is no night before the last" if name == "previous" else ""
            hint = f"`provision lab history` lists them; the last is {latest[0].night.id}"
            raise InputError([Problem(told or f"there is no night {clean(name)!r}", hint=hint)])
        return found

    def until(self, night: NightStory, limit: int = NIGHTS) -> list[NightRecord]:
        """Give the nights up to one, the oldest first; at most `limit` before it."""
        if self.nights is None:
            return []
        stories = self.nights.latest(self.lab.name, limit=10_000)
        ids = [story.night.id for story in stories]
        first = ids.index(night.night.id)
        return with_runs(self.journal, reversed(stories[first : first + limit + 1]))

    def latest(self, limit: int) -> list[NightRecord]:
        """Give the latest nights, the oldest first."""
        if self.nights is None:
            return []
        return read_nights(self.nights, self.journal, self.lab.name, limit)

    def others(self, records: list[NightRecord]) -> list[RunStory]:
        """Give the runs on the lab's hosts that were part of none of these nights."""
        if self.journal is None or not records:
            return []
        hosts = {vm.host for vm in self.lab.vms.values()}
        since = records[0].story.night.started
        known = {run for record in records for run in record.runs}
        wanted = [
            run.id
            for run in self.journal.runs(limit=1000)
            if run.host in hosts and run.started >= since and run.id not in known
        ]
        return list(read_runs(self.journal, wanted).values())


@contextmanager
def open_lab_records(labfile: str) -> Iterator[LabRecords]:
    """Open the journals of a lab, to read.

    Raises:
        InputError: The lab file is wrong.
        JournalError: A journal cannot be read.
    """
    lab = load_lab(Path(labfile), labfile)
    ours, theirs = journal_file(lab.folder), journal_file(lab.hosts.parent)
    with ExitStack() as stack:
        mine = Journal.look(ours)
        if mine is not None:
            stack.enter_context(mine)
        journal = mine
        if ours.resolve() != theirs.resolve():
            journal = Journal.look(theirs)
            if journal is not None:
                stack.enter_context(journal)
        yield LabRecords(lab, Nights(mine.database) if mine is not None else None, journal)


def lab_recorded(command: F) -> F:
    """Add `-f LABFILE` and `--json`, for what reads a lab's nights; gives `labfile`, `as_json`."""
    command = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")(
        command
    )
    return lab_file(command)


def lab_file(command: F) -> F:
    """Add `-f LABFILE`; gives `labfile`."""
    option = click.option(
        "-f", "--file", "labfile", default="lab.yml", metavar="LABFILE", help="The lab."
    )
    return option(command)
