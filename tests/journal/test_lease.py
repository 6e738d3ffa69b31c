"""Who has a host: one at a time, whoever dies."""

from __future__ import annotations

import dataclasses
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from provision.journal.lease import Holder, Lease, holder_of
from provision.journal.process import Process
from provision.journal.store import Journal

Spawn = Callable[..., "subprocess.Popen[str]"]
OURS = Process.own()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def hold_by(journal: Journal, process: Process | str, expires: float) -> None:
    """Let somebody have the host, as their own process would have written it."""
    with journal.database.transaction() as connection:
        connection.execute(
            "INSERT OR REPLACE INTO leases (host, owner, description, since, expires, process)"
            " VALUES ('build-01', 'them', 'them there', '2026-01-01T00:00:00.000Z', ?, ?)",
            (expires, str(process)),
        )


def lease(journal: Journal, owner: str, at: float = 1000.0) -> Lease:
    return Lease(journal, "build-01", owner, f"{owner} here", clock=lambda: at)


TAKER = """
journal = Journal(path)
lease = Lease(journal, "build-01", sys.argv[2], "process " + sys.argv[2])
say("ready")
sys.stdin.readline()
holder = lease.take(60)
say("ours" if holder is None else holder.owner)
sys.stdin.readline()
if sys.argv[3] == "release":
    lease.release()
say("left")
"""


def test_of_several_processes_one_has_it(journal: Journal, spawn: Spawn) -> None:
    for attempt in range(3):
        takers = [spawn(TAKER, f"{attempt}-{number}", "release") for number in range(4)]
        assert [line(taker) for taker in takers] == ["ready"] * 4
        for taker in takers:
            go(taker)
        said = [line(taker) for taker in takers]
        winner = f"{attempt}-{said.index('ours')}"
        assert sorted(said) == sorted(["ours", winner, winner, winner])
        holder = holder_of(journal, "build-01")
        assert holder is not None
        assert (holder.owner, holder.description) == (winner, f"process {winner}")
        for taker in takers:
            go(taker)
        assert [line(taker) for taker in takers] == ["left"] * 4
        assert holder_of(journal, "build-01") is None


@pytest.mark.parametrize("end", ["exit", "kill", "kill and wait"])
def test_a_holder_that_died_is_passed_over(journal: Journal, spawn: Spawn, end: str) -> None:
    taker = spawn(TAKER, "them", "keep")
    assert line(taker) == "ready"
    go(taker)
    assert line(taker) == "ours"
    ours = Lease(journal, "build-01", "me", "me here")
    holder = ours.take(60)
    assert holder is not None
    assert holder.owner == "them"
    if end == "exit":
        go(taker)
        taker.wait()
    else:
        taker.kill()
        if end == "kill and wait":
            taker.wait()
        else:
            # Dead, and left as a zombie.
            os.waitid(os.P_PID, taker.pid, os.WEXITED | os.WNOWAIT)
    assert ours.take(60) is None
    found = holder_of(journal, "build-01")
    assert found is not None
    assert found.owner == "me"


def test_asking_again_is_renewing(journal: Journal) -> None:
    assert lease(journal, "me", 1000).take(60) is None
    first = holder_of(journal, "build-01")
    assert lease(journal, "me", 1030).take(60) is None
    again = holder_of(journal, "build-01")
    assert first is not None
    assert again is not None
    assert again == dataclasses.replace(first, expires=1090.0)


def test_it_is_renewed_as_long_as_it_is_ours(journal: Journal) -> None:
    at = [1000.0]
    ours = Lease(journal, "build-01", "me", "me here", clock=lambda: at[0])
    assert ours.take(60) is None
    at[0] = 2000.0
    assert ours.renew()
    holder = holder_of(journal, "build-01")
    assert holder is not None
    assert holder.expires == 2060.0

    theirs = lease(journal, "them")
    found = theirs.take(60)
    assert found is not None
    assert found.owner == "me"
    assert theirs.take(60, take_over=True) is None
    assert not ours.renew()
    ours.release()
    still = holder_of(journal, "build-01")
    assert still is not None
    assert still.owner == "them"
    theirs.release()
    assert holder_of(journal, "build-01") is None


def test_every_host_has_its_own(journal: Journal) -> None:
    assert Lease(journal, "build-01", "me", "").take(60) is None
    assert Lease(journal, "build-02", "them", "").take(60) is None


ELSEWHERE = dataclasses.replace(OURS, machine="elsewhere")
OTHER_CONTAINER = dataclasses.replace(OURS, namespace="pid:[1]")


@pytest.mark.parametrize(
    "unseen", [ELSEWHERE, OTHER_CONTAINER, "", "{}", "[1]"], ids=["machine", "container", *"123"]
)
def test_who_cannot_be_seen_has_it_until_it_runs_out(
    journal: Journal, unseen: Process | str
) -> None:
    hold_by(journal, unseen, expires=1000.0)
    holder = lease(journal, "me", 999.0).take(60)
    assert holder is not None
    assert (holder.owner, holder.description) == ("them", "them there")
    assert holder.since == "2026-01-01T00:00:00.000Z"
    assert lease(journal, "me", 1000.0).take(60) is None


def test_a_living_holder_has_it_however_late_it_is(journal: Journal) -> None:
    hold_by(journal, OURS, expires=0.0)
    assert lease(journal, "me", 1e12).take(60) is not None


@pytest.mark.skipif(not OURS.began, reason="the kernel does not say when a process began")
@pytest.mark.parametrize("change", [{"boot": "another"}, {"began": "1"}], ids=["boot", "reused id"])
def test_a_process_id_alone_proves_nothing(journal: Journal, change: dict[str, str]) -> None:
    hold_by(journal, dataclasses.replace(OURS, **change), expires=1e12)
    assert lease(journal, "me").take(60) is None


def test_where_nothing_else_is_known_the_process_id_decides() -> None:
    bare = dataclasses.replace(OURS, began="")
    assert bare.lives() is True
    gone = subprocess.Popen(["true"])
    gone.wait()
    assert dataclasses.replace(bare, pid=gone.pid).lives() is False


def test_nobody_has_it_in_a_journal_without_leases(path: Path) -> None:
    assert not Holder("a", "b", "c", 5.0).gone(4.9)
    assert Holder("a", "b", "c", 5.0).gone(5.0)
    with Journal(path) as journal:
        assert holder_of(journal, "build-01") is None
