"""Reading the journal for people: which file, which run, who holds a host.

Looking never makes a journal, nor changes one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from provision.cli.notebook import journal_file
from provision.journal.entry import Kind, Run
from provision.journal.lease import Holder, holder_of
from provision.journal.store import Journal
from provision.journal.story import RunState, RunStory
from provision.journal.telling import tell
from provision.model.errors import InputError, Problem
from provision.report.text import clean

NO_RUN = "no run yet"
_LATEST = 20
"""Runs that may have left something on a host."""

_TOLD = tuple(kind for kind in Kind if kind is not Kind.LINE)


@dataclass(frozen=True, slots=True)
class Standing:
    """A run's story, and who carries it out at this moment.

    Args:
        alive: Who holds the host for this run; None when nobody does.
    """

    story: RunStory
    alive: Holder | None

    @property
    def state(self) -> str:
        """`running`, `broken off`, `interrupted` or `ended`."""
        if self.story.state is not RunState.OPEN:
            return str(self.story.state.value)
        return "running" if self.alive is not None else "broken off"


@contextmanager
def open_records(hostfile: str) -> Iterator[Journal | None]:
    """Open the journal beside a host file, to read; None when there is none.

    Raises:
        InputError: There is no such host file.
        JournalError: The journal cannot be read.
    """
    path = Path(hostfile)
    if not path.is_file():
        hint = "name another with -f HOSTFILE"
        raise InputError([Problem(f"there is no host file {clean(hostfile)}", hint=hint)])
    journal = Journal.look(journal_file(path.parent))
    if journal is None:
        yield None
        return
    with journal:
        yield journal


def living_holder(journal: Journal, host: str) -> Holder | None:
    """Say who holds a host and may still be at work."""
    holder = holder_of(journal, host)
    return None if holder is None or holder.gone(time.time()) else holder


def standing(journal: Journal, run: Run) -> Standing:
    """Tell where a run stands; its lines are not read."""
    # The holder first: one that ends in between has written its end by then.
    holder = living_holder(journal, run.host)
    story = tell(run, journal.entries(run.id, kinds=_TOLD))
    story = replace(story, last_time=journal.last_time(run.id) or story.last_time)
    ours = holder is not None and (not story.owner or holder.owner == story.owner)
    return Standing(story, holder if ours else None)


def last_run(journal: Journal, host: str, *, at_work: bool = False) -> Run | None:
    """Give a host's latest run, or the latest that got to work."""
    return next(iter(journal.runs(host, limit=1, at_work=at_work)), None)


def find_run(journal: Journal | None, written: str) -> Run:
    """Find a run by the beginning of its id, or `last`.

    Raises:
        InputError: There is none, or there are several.
    """
    runs = journal.runs() if journal is not None else []
    if not runs:
        raise InputError([Problem(NO_RUN, hint="`provision up` makes the first")])
    if written == "last":
        return runs[0]
    found = [run for run in runs if run.id.startswith(written)]
    if len(found) == 1:
        return found[0]
    if not found:
        hint = f"`provision history` lists them; the last is {runs[0].id}"
        raise InputError([Problem(f"there is no run {clean(written)!r}", hint=hint)])
    several = ", ".join(run.id for run in found[:5])
    problem = Problem(f"{clean(written)!r} begins {len(found)} runs", hint=f"such as {several}")
    raise InputError([problem])


def known_owners(journal: Journal, host: str) -> frozenset[str]:
    """The names under which the latest runs held a host."""
    return frozenset(
        str(entry.data["owner"])
        for run in journal.runs(host, limit=_LATEST, at_work=True)
        for entry in journal.entries(run.id, kinds=(Kind.RESUMED,))
        if "owner" in entry.data
    )
