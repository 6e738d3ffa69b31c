"""The journal of a project folder, opened for one run on one host."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provision.cli.compose import Project
from provision.engine.lease import held_by
from provision.engine.memory import RunMemory, new_run, owner_of
from provision.engine.run import RunOptions
from provision.journal.lease import Lease
from provision.journal.store import Journal

UNSEEN_SECONDS = 24 * 3600.0
"""How long a holder counts whose process cannot be looked at, as one on another machine."""


def journal_file(folder: Path) -> Path:
    """Where the journal of a host file's folder lies."""
    return folder / ".provision" / "journal.sqlite"


@contextmanager
def open_memory(
    project: Project, options: RunOptions, run: str, *, fresh: bool, journaled: bool
) -> Iterator[tuple[RunMemory, Journal | None]]:
    """Open the journal, and remember through it.

    Args:
        run: The run's id, if it begins anew.
        fresh: Never go on with an earlier run.
        journaled: False for what changes nothing: nothing is read or written then.

    Raises:
        HostHeld: Another run that uses this journal works on the host.
        JournalError: The journal cannot be used.
    """
    playbook, host = project.playbook, project.host
    described = new_run(
        run,
        host.name,
        (playbook.file, playbook.sha256),
        [dict(playbook.vars), host.vars, dict(options.variables)],
        {"tags": sorted(options.tags), "start_at": options.start_at},
    )
    if not journaled:
        yield RunMemory(None, described), None
        return
    with Journal(journal_file(project.located.folder)) as journal:
        lease = Lease(journal, host.name, owner_of(run), described.controller)
        holder = lease.take(UNSEEN_SECONDS, take_over=options.take_over)
        if holder is not None:
            raise held_by(holder.description, holder.since)
        try:
            yield RunMemory(journal, described, fresh=fresh), journal
        finally:
            lease.release()
