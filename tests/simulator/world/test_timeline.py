"""Host time: how often somebody looks makes no difference, and no step leads to nonsense."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from provision.agent.operations import OPERATIONS
from provision.model.host import Generation, SimulateSettings, SwitchError
from provision.simulator.machine import OperationRefused
from provision.simulator.world import consistency
from provision.simulator.world.files import opaque
from provision.simulator.world.generations import starting_world
from provision.simulator.world.installer.scripts import usual
from provision.simulator.world.model import World
from provision.simulator.world.operations import HANDLERS
from provision.simulator.world.refusal import RefusedAfter
from provision.simulator.world.simulated_host import SimulatedHost
from provision.simulator.world.timeline import advance, next_due

SCRIPT = "C:\\work\\i.ps1"

worlds = st.builds(
    SimulateSettings,
    generation=st.sampled_from(Generation),
    switch_error=st.sampled_from(SwitchError),
    restarts=st.integers(1, 4),
    restart_seconds=st.sampled_from([0.0, 95.0]),
    answers_401_for=st.sampled_from([0.0, 20.0, 200.0]),
    settles_after=st.sampled_from([0.0, 60.0]),
    silent_for=st.sampled_from([0.0, 5000.0]),
    hangs=st.booleans(),
    image_missing=st.booleans(),
    docker_fails=st.booleans(),
    feature_installed=st.booleans(),
    disk_free_bytes=st.sampled_from([1024**3, 40 * 1024**3]),
).map(starting_world)

requests = st.one_of(
    st.tuples(
        st.just("job.start"),
        st.builds(
            lambda number, arguments: {"id": f"j{number}", "path": SCRIPT, "arguments": arguments},
            st.integers(1, 3),
            st.sampled_from([[], ["-NoRestart"], ["-UseDHCP"], ["-SkipDocker"], ["-Nonsense"]]),
        ),
    ),
    st.tuples(st.sampled_from(["job.stop", "job.remove"]), st.just({"id": "j1"})),
    st.tuples(st.just("restart"), st.just({"reason": "r", "delay": 3})),
    st.tuples(
        st.just("feature.ensure"),
        st.builds(
            lambda feature, state: {"feature": feature, "state": state},
            st.sampled_from(["Containers", "Web-Server"]),
            st.sampled_from(["present", "absent"]),
        ),
    ),
    st.tuples(
        st.just("service.ensure"),
        st.builds(
            lambda state: {"service": "docker", "state": state},
            st.sampled_from(["running", "stopped"]),
        ),
    ),
    st.tuples(
        st.just("file.ensure"),
        st.builds(
            lambda path, state: {"path": path, "state": state},
            st.sampled_from(["C:\\a\\b", "c:/A/b/c.txt", "C:\\a"]),
            st.sampled_from(["file", "folder", "absent"]),
        ),
    ),
)
steps = st.lists(st.one_of(st.floats(0.1, 9000.0), requests), max_size=14)


def carry_out(world: World, operation: str, params: dict[str, Any]) -> World:
    request = OPERATIONS[operation].model_validate(params)
    try:
        return HANDLERS[operation](world, request, False)[0]
    except RefusedAfter as refused:
        return refused.world
    except OperationRefused:
        return world


def with_script(world: World) -> World:
    script = usual(world.knobs.generation)
    return world.put(opaque(SCRIPT, script.sha256, script.size))


@settings(max_examples=120, deadline=None)
@given(worlds, steps)
def test_every_world_that_can_be_reached_can_exist(world: World, steps: list[Any]) -> None:
    world = with_script(world)
    for step in steps:
        if isinstance(step, float):
            world = advance(world, world.host_time + step)
        else:
            world = carry_out(world, *step)
        assert not list(consistency.problems(world))
    assert World.model_validate(world.model_dump(mode="json")) == world


@settings(max_examples=60, deadline=None)
@given(worlds, st.lists(requests, max_size=4), st.lists(st.floats(0, 12_000), max_size=12))
def test_time_may_pass_in_any_pieces(world: World, asked: list[Any], moments: list[float]) -> None:
    world = with_script(world)
    for operation, params in asked:
        world = carry_out(world, operation, params)
    start, end = world.host_time, world.host_time + 12_000
    pieces = world
    for moment in sorted(moments):
        pieces = advance(pieces, start + moment)
    assert advance(pieces, end) == advance(world, end)


def test_time_never_runs_backwards() -> None:
    world = starting_world(SimulateSettings())
    assert advance(world, 0.0) is world


def test_a_host_that_nobody_touches_has_nothing_to_come() -> None:
    assert next_due(starting_world(SimulateSettings())) is None


def test_a_waiting_host_sleeps_until_something_is_due() -> None:
    """A poll of ten minutes asks for time once per due entry, not again and again."""
    waits: list[float | None] = []

    class Time:
        time = 0.0

        def now(self) -> float:
            return self.time

        async def wait(self, seconds: float | None, wake: asyncio.Event) -> None:
            assert not wake.is_set()
            waits.append(seconds)
            self.time += seconds or 0.0

    async def poll() -> None:
        host = SimulatedHost(
            SimulateSettings(speed=1.0),
            time=Time(),
            world=with_script(starting_world(SimulateSettings())),
        )
        await host.perform("job.start", {"id": "a", "path": SCRIPT}, False)
        due = len(host.world.pending)
        await host.perform("job.poll", {"id": "a", "offset": 0, "wait": 600}, False)
        assert len(waits) <= due

    asyncio.run(poll())


def test_in_real_time_whoever_waits_is_told() -> None:
    async def watch() -> None:
        host = SimulatedHost(SimulateSettings(speed=5000.0))
        power = host.power()
        await host.perform("restart", {"reason": "test", "delay": 1}, False)
        while (power.boot, power.accounts) != (2, True):
            await host.changed(power)
            assert host.power() != power
            power = host.power()

    asyncio.run(asyncio.wait_for(watch(), 20))
