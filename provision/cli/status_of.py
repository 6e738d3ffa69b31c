"""Finds out how things stand with one host: by the journal, and by asking the host itself."""

from __future__ import annotations

from dataclasses import dataclass

from provision.cli.host_look import Seen, connected, hurried, look
from provision.cli.leftovers import leftovers
from provision.cli.link import open_link
from provision.cli.located import Located, state_file
from provision.cli.records import Standing, last_run, living_holder, standing
from provision.journal.lease import Holder
from provision.journal.store import Journal
from provision.model.errors import ProvisionError


@dataclass(frozen=True, slots=True)
class Status:
    """How things stand with one host.

    Args:
        holder: Who works on it, as far as this journal knows.
        last: Its latest run.
        unfinished: The run that the next one goes on with, if the latest never got to work.
        seen: What is on it now; None when it was not asked or did not answer.
        unseen: Why it is not known what is on it; empty when it is, or was not asked.
    """

    host: str
    simulated: bool
    holder: Holder | None
    last: Standing | None
    unfinished: Standing | None = None
    seen: Seen | None = None
    unseen: str = ""


def status_of(journal: Journal | None, hostfile: str, located: Located, *, ask: bool) -> Status:
    """Find out how things stand with a host.

    Args:
        ask: Also ask the host, with little patience.
    """
    name, simulated = located.host.name, located.host.simulate is not None
    run = last_run(journal, name) if journal is not None else None
    holder = living_holder(journal, name) if journal is not None else None
    last = standing(journal, run) if journal is not None and run is not None else None
    earlier = _unfinished(journal, name) if journal is not None else None
    seen, unseen = _ask(hostfile, located) if ask else (None, "")
    return Status(name, simulated, holder, last, earlier, seen, unseen)


def _unfinished(journal: Journal, host: str) -> Standing | None:
    worked = last_run(journal, host, at_work=True)
    if worked is None or worked == last_run(journal, host):
        return None
    found = standing(journal, worked)
    return found if found.state != "ended" else None


def _ask(hostfile: str, located: Located) -> tuple[Seen | None, str]:
    simulate = located.host.simulate
    started = state_file(located).exists()
    if simulate is not None and not simulate.served and not started:
        return None, "it is simulated, and was never started"
    try:
        with open_link(hurried(located)) as link, connected(link) as (connection, facts):
            checks = leftovers(hostfile, located, facts).checks
            return look(connection, facts, checks), ""
    except ProvisionError as error:
        return None, error.brief
