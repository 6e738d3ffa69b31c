"""Gathers what a night's report is made of."""

from __future__ import annotations

from provision.cli.lab_records import LabRecords
from provision.journal.entry import Kind
from provision.lab.history import noticed
from provision.lab.night import NightStory
from provision.lab.night_page import Told
from provision.report.html.logs import logs_of


def told_of(records: LabRecords, night: NightStory) -> Told:
    """Read a night, those before it, and what its hosts said."""
    nights = records.until(night)
    last, journal = nights[-1], records.journal
    logs = (
        {
            run: logs_of(story, journal.entries(run, kinds=(Kind.LINE,)))
            for run, story in last.runs.items()
        }
        if journal is not None
        else {}
    )
    return Told(nights, noticed(nights, records.others(nights)), logs)
