"""What happens to a host unasked, and the record of what happened."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from provision.agent.operations.jobs import JobState
from provision.simulator.faults import HOST_FAULTS, Fault, FaultKind
from provision.simulator.record import Record
from provision.simulator.world import misfortunes
from provision.simulator.world.consistency import check
from provision.simulator.world.model import World
from provision.simulator.world.timeline import advance

ONE_JOB = {"id": "one", "path": "C:\\work\\Install-ContainerHost.ps1"}


def struck(world: World, kind: FaultKind, seconds: float = 0.0) -> World:
    return check(misfortunes.happen(world, Fault(kind, seconds)))


@pytest.mark.parametrize("kind", sorted(HOST_FAULTS, key=str))
def test_no_fault_leaves_an_impossible_world(simulate: Callable[..., Any], kind: FaultKind) -> None:
    host = simulate()
    host.fetch_script()
    host.do("job.start", **ONE_JOB)
    host.pass_time(30)
    world = struck(host.world, kind, 5)
    for seconds in (0, 4, 5, 60, 600, 7200):
        check(advance(world, world.host_time + seconds))


@pytest.mark.parametrize(("kind", "boots"), [(FaultKind.RESTART, 1), (FaultKind.RESTART_TWICE, 2)])
def test_restarts(simulate: Callable[..., Any], kind: FaultKind, boots: int) -> None:
    world = simulate().world
    down = advance(struck(world, kind, 10), world.host_time + 11)
    assert not down.boot.listening
    assert advance(down, down.host_time + 3600).boot.number == world.boot.number + boots


def test_a_restart_takes_the_place_of_one_on_its_way(simulate: Callable[..., Any]) -> None:
    host = simulate()
    host.do("restart", reason="x", delay=60)
    world = struck(host.world, FaultKind.RESTART)
    later = advance(world, world.host_time + 7200)
    assert later.boot.number == 2


def test_power_that_is_off_stays_off_until_it_is_repaired(simulate: Callable[..., Any]) -> None:
    world = struck(simulate().world, FaultKind.POWER_OFF)
    later = advance(world, world.host_time + 30 * 86400)
    assert (later.boot.listening, later.boot.accounts, later.pending) == (False, False, ())
    again = check(misfortunes.repair(later))
    assert again.boot.listening
    assert again.boot.number == 2
    assert misfortunes.repair(again) == again


def test_a_killed_job_is_lost_with_evidence(simulate: Callable[..., Any]) -> None:
    host = simulate()
    host.fetch_script()
    host.do("job.start", **ONE_JOB)
    host.pass_time(30)
    host.change(lambda world: struck(world, FaultKind.JOB_KILLED))
    host.pass_time(7200)
    answer = host.do("job.poll", id="one")
    assert answer.state is JobState.LOST
    assert "is gone" in answer.evidence


@pytest.mark.parametrize("seconds", [86400.0, -86400.0])
def test_the_clock_jumps_and_nothing_else_does(
    simulate: Callable[..., Any], seconds: float
) -> None:
    world = simulate().world
    jumped = struck(world, FaultKind.CLOCK_JUMP, seconds)
    assert jumped.clock() - world.clock() == timedelta(seconds=seconds)
    assert jumped.with_(epoch=world.epoch) == world
    assert datetime.fromisoformat(jumped.epoch).tzinfo is not None


def test_a_full_disk_refuses_and_is_repaired(simulate: Callable[..., Any]) -> None:
    host = simulate()
    file = {"path": "C:\\x", "state": "file", "content": "eA=="}
    host.change(lambda world: struck(world, FaultKind.DISK_FULL))
    assert host.refused("file.ensure", **file).id == "DiskFull"
    host.change(lambda world: misfortunes.repair(world, 10**9))
    assert host.do("file.ensure", **file).changed


def test_a_slow_host_lives_at_a_tenth_of_its_speed(simulate: Callable[..., Any]) -> None:
    host = simulate(speed=100)

    async def strike() -> None:
        host.host.strike(Fault(FaultKind.SLOW, 3600.0))

    before = host.world.host_time
    host.runner.run(strike())
    host.time.time += 10
    assert host.world.host_time - before == pytest.approx(100)


def test_the_record(simulate: Callable[..., Any], tmp_path: Path) -> None:
    record = Record(tmp_path / "record")
    host = simulate(witness=record.changed)
    host.fetch_script()
    record.exchange(1, "Send", Fault(FaultKind.HTML))
    host.install("one", "-NoRestart")
    host.do("job.remove", id="one")
    host.do("job.start", **ONE_JOB, arguments=["-NoRestart"])
    record.close(host.world)
    lines = [json.loads(line) for line in (tmp_path / "record").read_text().splitlines()]
    assert lines[0] == {"exchange": 1, "action": "Send", "fault": "html"}
    assert lines[1] == {"launched": "one", "launch": 1, "boot": 1}
    assert (lines[2]["ended"], lines[2]["launch"], lines[2]["state"]) == ("one", 1, "finished")
    assert ["output", "Enabling feature Containers..."] in lines[2]["records"]
    assert (lines[3]["launched"], lines[3]["launch"]) == ("one", 2)
    assert (lines[4]["ended"], lines[4]["state"], lines[4]["records"]) == ("one", "started", [])
    assert len(lines) == 5
