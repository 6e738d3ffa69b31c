"""The nights of a lab, in the journal's file: written before and after each phase."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from provision.journal.database import Database, Row
from provision.journal.store import now
from provision.lab.night import Kind, Night, NightEntry, NightStory, PlaybookRun, recall


class Nights:
    """All nights of the labs of one project folder; safe to use from several threads.

    Never rewrites an entry.

    Args:
        database: The journal's.
        clock: Gives the time of entries, ISO 8601 UTC.
    """

    def __init__(self, database: Database, clock: Callable[[], str] = now) -> None:
        self._database = database
        self._clock = clock

    def begin(self, night: Night) -> None:
        """Write down that a night begins."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO nights (id, lab, controller, started, vms) VALUES (?, ?, ?, ?, ?)",
                (night.id, night.lab, night.controller, night.started, json.dumps(night.vms)),
            )

    def note(self, night: str, kind: Kind, vm: str = "", data: Mapping[str, Any] = {}) -> None:
        """Add an entry; it is on the disk when this returns."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO night_entries (night, time, kind, vm, data) VALUES (?, ?, ?, ?, ?)",
                (night, self._clock(), kind.value, vm, json.dumps(dict(data))),
            )

    def ran(self, night: str, vm: str, run: PlaybookRun) -> None:
        """Write down how a playbook ended."""
        self.note(night, Kind.RUN, vm, asdict(run))

    def latest(self, lab: str, limit: int = 30) -> list[NightStory]:
        """Give the stories of a lab's nights, the latest first."""
        if not self._database.has_table("nights"):
            return []
        rows = self._database.read(
            "SELECT * FROM nights WHERE lab = ? ORDER BY rowid DESC LIMIT ?", (lab, limit)
        )
        return [self._story(row) for row in rows]

    def find(self, lab: str, name: str) -> NightStory | None:
        """Give one night by its id, by the beginning of it, or by `last`."""
        stories = self.latest(lab, limit=10_000)
        if name == "last":
            return stories[0] if stories else None
        found = [story for story in stories if story.night.id.startswith(name)]
        return found[0] if found else None

    def _story(self, row: Row) -> NightStory:
        night = Night(**{**row, "vms": tuple(json.loads(row["vms"]))})
        entries = self._database.read(
            "SELECT * FROM night_entries WHERE night = ? ORDER BY number", (night.id,)
        )
        return recall(night, (_entry(entry) for entry in entries))


def _entry(row: Row) -> NightEntry:
    return NightEntry(**{**row, "kind": Kind(row["kind"]), "data": json.loads(row["data"])})
