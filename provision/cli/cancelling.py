"""Stops the work on a host on behalf of a person; the host is held meanwhile."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from provision.agent.operations.base import ChangeAnswer, Operation, OperationError
from provision.agent.operations.calls import CallStop
from provision.agent.operations.jobs import JobStop
from provision.agent.operations.leases import LeaseAnswer, LeaseLook, LeaseRelease, LeaseTake
from provision.cli.cancelled import Cancelled, Work
from provision.cli.compose import load_hosts
from provision.cli.controller import ask_to_end
from provision.cli.host_look import Seen, connected, look, under_way
from provision.cli.leftovers import leftovers
from provision.cli.link import open_link
from provision.cli.located import Located
from provision.cli.notebook import journal_file
from provision.cli.options import Selection
from provision.cli.records import known_owners, last_run
from provision.engine.connection import HostConnection
from provision.engine.lease import HostHeld
from provision.engine.memory import describe_controller, owner_of
from provision.journal.entry import Kind
from provision.journal.lease import Holder, Lease
from provision.journal.store import Journal
from provision.journal.story import RunState
from provision.journal.telling import tell
from provision.model.errors import InputError, Problem

HOLD_SECONDS = 600
"""How long the host is held for stopping, should we die over it."""

ENDED_BY_CANCEL = "interrupted"


def the_one(hostfile: str, host: str | None) -> Located:
    """Find the one host that is meant.

    Raises:
        InputError: There are several.
    """
    hosts = load_hosts(Selection(hostfile, (host,) if host else ()))
    if len(hosts) != 1:
        names = ", ".join(located.host.name for located in hosts)
        raise InputError([Problem("which host?", hint=f"name one of {names}")])
    return hosts[0]


def cancel_on(
    located: Located, hostfile: str, *, force: bool, say: Callable[[str], None]
) -> Cancelled:
    """Stop all jobs and commands on a host.

    Args:
        force: Also when a run is at work: its process is asked to end, or the host taken from it.
        say: Tells a person what is done.

    Raises:
        HostHeld: A run is at work.
        UnreachableError: The host does not answer.
    """
    name = located.host.name
    path = journal_file(located.folder)
    owner = owner_of(f"cancel-{secrets.token_hex(4)}")
    if not path.exists():
        return _on_host(located, hostfile, owner, _Known(), force=force)
    with Journal(path) as journal, _holding(journal, name, owner, force=force, say=say):
        done = _on_host(located, hostfile, owner, _known(journal, name), force=force)
        if done.run:
            _write_end(journal, done.run)
        return done


@dataclass(frozen=True, slots=True)
class _Known:
    """What the journal knows of a host.

    Args:
        run: The run that has no end yet; empty when there is none.
        owners: Names under which runs of ours held the host; none of them is at work any more.
    """

    run: str = ""
    owners: frozenset[str] = frozenset()


def _known(journal: Journal, host: str) -> _Known:
    run = last_run(journal, host, at_work=True)
    if run is None:
        return _Known()
    story = tell(run, journal.entries(run.id))
    return _Known(
        run.id if story.state is not RunState.ENDED else "",
        known_owners(journal, host),
    )


@contextmanager
def _holding(
    journal: Journal, host: str, owner: str, *, force: bool, say: Callable[[str], None]
) -> Iterator[None]:
    """Hold the host in the journal."""
    lease = Lease(journal, host, owner, f"provision cancel, {describe_controller()}")
    holder = lease.take(HOLD_SECONDS)
    if holder is not None:
        if not force:
            raise _at_work(holder)
        if holder.process is not None and not ask_to_end(holder.process, say):
            say("it does not end; the host is taken from it")
        lease.take(HOLD_SECONDS, take_over=True)
    try:
        yield
    finally:
        lease.release()


def _on_host(
    located: Located, hostfile: str, owner: str, known: _Known, *, force: bool
) -> Cancelled:
    with open_link(located) as link, connected(link) as (connection, facts):
        remains = leftovers(hostfile, located, facts)
        with _holding_host(connection, owner, known.owners, force=force):
            before = look(connection, facts)
            stopped, refused = _stop(connection, before)
            after = look(connection, facts, remains.checks)
    return Cancelled(located.host.name, stopped, refused, known.run, after, remains.unknown)


@contextmanager
def _holding_host(
    connection: HostConnection, owner: str, ours: frozenset[str], *, force: bool
) -> Iterator[None]:
    """Hold the host on the host itself; how far the run had got stays in the record."""
    record = connection.call(LeaseLook())
    take = LeaseTake(
        owner=owner,
        description=f"provision cancel, {describe_controller()}",
        seconds=HOLD_SECONDS,
        take_over=force or record.owner in ours,
        run=record.run,
        mark=record.mark,
    )
    answer = connection.call(take)
    if not answer.held:
        raise _held_there(answer)
    try:
        yield
    finally:
        connection.call(LeaseRelease(owner=owner))


def _stop(
    connection: HostConnection, seen: Seen
) -> tuple[tuple[Work, ...], tuple[tuple[Work, str], ...]]:
    wanted: list[tuple[Work, Operation[ChangeAnswer]]] = [
        *((Work("job", job.id), JobStop(id=job.id)) for job in seen.jobs if under_way(job)),
        *((Work("command", call.id), CallStop(id=call.id)) for call in seen.calls),
    ]
    stopped, refused = [], []
    for work, operation in wanted:
        try:
            connection.call(operation)
        except OperationError as error:
            refused.append((work, error.record.message))
        else:
            stopped.append(work)
    return tuple(stopped), tuple(refused)


def _write_end(journal: Journal, run: str) -> None:
    data = {
        "outcome": ENDED_BY_CANCEL,
        "cancelled": True,
        "exit_code": None,
        "message": f"cancelled by {describe_controller()}",
        "remedy": "`provision up` goes on with it; `provision up --fresh` begins anew.",
    }
    journal.append(run, Kind.RUN_FINISHED, data=data)


def _at_work(holder: Holder) -> HostHeld:
    return HostHeld(
        f"a run is at work on this host: {holder.description}, since {holder.since}",
        resolution="Stop it with Ctrl-C where it runs, or let `provision cancel --force` ask it to "
        "stop.",
    )


def _held_there(answer: LeaseAnswer) -> HostHeld:
    return HostHeld(
        f"a run of another controller is at work on this host: {answer.description}, since "
        f"{answer.since}",
        details=f"run {answer.run}; its lease lasts {answer.seconds_left:.0f} s more",
        resolution="Stop it where it runs, or take the host from it with `provision cancel "
        "--force`.",
    )
