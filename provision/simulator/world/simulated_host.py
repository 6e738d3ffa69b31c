"""A modelled host that lives: a world, its clock, and the requests that reach it.

Every access first lets host time pass up to now. Nothing runs by itself in between: what is due is
found due by the next access, and whoever waits sleeps until something is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from provision.agent.operations import OPERATIONS
from provision.agent.operations.base import Answer
from provision.agent.source import agent_source
from provision.model.errors import ProvisionError
from provision.model.host import SimulateSettings
from provision.model.outcome import Json
from provision.simulator.faults import Fault, FaultKind
from provision.simulator.machine import Power, ProgramResult, WentDown
from provision.simulator.world import (
    calls,
    misfortunes,
    programs,
    scenarios,
    storage,
    store,
    waiting,
)
from provision.simulator.world.consistency import check as check_world
from provision.simulator.world.generations import starting_world
from provision.simulator.world.host_clock import HostClock, Monotonic, RealTime
from provision.simulator.world.knobs import knobs
from provision.simulator.world.model import World
from provision.simulator.world.operations import HANDLERS, SPOOL_HANDLERS
from provision.simulator.world.operations.host import identity
from provision.simulator.world.recorded import Recorded
from provision.simulator.world.refusal import RefusedAfter, refuse
from provision.simulator.world.scripts import Scripts
from provision.simulator.world.spool import Spool, folder_of
from provision.simulator.world.timeline import advance, next_due

_AGENT_PROCESS = 1288
_SLOWED = 10.0

Witness = Callable[[World, World], None]
"""Told of the worlds before and after a request changed something."""


class SimulatedHost:
    """One simulated host; a `Machine`.

    Its scenario is filled in here. All methods but the constructor are called from one event loop.

    Args:
        settings: What the host file says under `simulate:`.
        path: Keeps the host's state between runs; None keeps none.
        user: Who logs on.
        time: Where real seconds come from.
        world: Begin in this world instead of the generation's own.
        witness: Told after every request of the world before and after, if they differ.

    Raises:
        StoreError: The state cannot be read.
        ProvisionError: The state is of another generation than the settings.
    """

    def __init__(
        self,
        settings: SimulateSettings,
        *,
        path: Path | None = None,
        user: str = "Administrator",
        time: RealTime | None = None,
        world: World | None = None,
        witness: Witness | None = None,
    ) -> None:
        settings = scenarios.apply(settings)
        self._speed = settings.speed
        self._path = path
        saved = store.load(path) if path is not None else None
        if saved is not None:
            _same_generation(saved, settings)
            saved = saved.with_(knobs=knobs(settings))
        self.spool = Spool(folder_of(path) if path is not None else None)
        start = self._with_content(saved or world or starting_world(settings, user))
        self._world = check_world(calls.orphaned(Scripts.orphaned(start)))
        self._saved: World | None = None
        self._clock = HostClock(self._world.host_time, self._speed, time or Monotonic())
        self._wake = asyncio.Event()
        self._scripts = Scripts(self)
        self.recorded = Recorded(self)
        self._witness = witness
        self._seen = self._world

    @property
    def speed(self) -> float:
        """Host seconds per real second."""
        return self._speed

    @property
    def world(self) -> World:
        """The world as it is now."""
        self._world = advance(self._world, self._clock.now())
        return self._world

    def power(self) -> Power:
        """How the host is reached at this moment."""
        boot = self.world.boot
        return Power(boot=boot.number, listening=boot.listening, accounts=boot.accounts)

    async def changed(self, seen: Power) -> None:
        """Return when `power()` differs from what was seen."""
        while self.power() == seen:
            await self.wait(None)

    async def perform(self, operation: str, params: dict[str, Json], check: bool) -> Json:
        """Carry out an operation of the agent.

        Raises:
            OperationRefused: The host answers with an error.
            WentDown: It went down meanwhile.
        """
        kind = OPERATIONS.get(operation)
        if kind is None:
            raise refuse("UnknownOperation", f"this agent has no operation '{operation}'")
        try:
            request = kind.model_validate(params)
        except ValidationError as error:
            raise refuse("BadRequest", f"{operation}: {error}") from None
        try:
            answer = await self._answer(operation, request, check)
        finally:
            self._tell()
            self.save()
        return answer.model_dump(mode="json")

    def _tell(self) -> None:
        before, self._seen = self._seen, self.world
        if self._witness is not None and before is not self._seen:
            self._witness(before, self._seen)

    def agent_ready(self) -> dict[str, Json]:
        """The result of the agent's `ready` answer."""
        world = self.world
        return {
            "boot": identity(world).model_dump(mode="json"),
            "powershell": world.windows.powershell_version,
            "process": _AGENT_PROCESS + world.boot.number,
            "sha256": agent_source().sha256,
        }

    def program(self, program: str, arguments: tuple[str, ...]) -> ProgramResult | None:
        """Run a modelled program; None when the world has no such program."""
        before = self.world
        ran = programs.run(before, program, arguments)
        if ran is None:
            return None
        if ran.restart is not None or ran.play is not None:
            self.become(ran.leave(before))
            self.save()
        return ran.result

    def become(self, world: World) -> None:
        """Put another world in the present one's place.

        Raises:
            ImpossibleWorld: No host could be in it.
        """
        self._world = check_world(world)
        wake, self._wake = self._wake, asyncio.Event()
        wake.set()

    def strike(self, fault: Fault) -> None:
        """Let one of the `HOST_FAULTS` happen."""
        if fault.kind is FaultKind.SLOW:
            self._live(self._speed / _SLOWED)
            asyncio.get_running_loop().call_later(fault.seconds, self._live, self._speed)
        else:
            self.become(misfortunes.happen(self.world, fault))
            self.save()

    def _live(self, speed: float) -> None:
        self._clock.set_speed(speed)
        self.become(self.world)

    async def wait(self, until: float | None) -> None:
        """Return at a host time, or when something happened before."""
        due = next_due(self.world)
        times = [each for each in (due, until) if each is not None]
        await self._clock.wait_until(min(times, default=None), self._wake)

    async def pass_time(self, seconds: float) -> None:
        """Let an operation take host seconds.

        Raises:
            WentDown: The host went down meanwhile.
        """
        boot, until = self.world.boot.number, self.world.host_time + seconds
        while self.world.host_time < until:
            await self.wait(until)
        if self.world.boot.number != boot:
            raise WentDown

    async def wait_for(self, look: Callable[[World], bool], until: float) -> None:
        """Return when something holds of the world, or at a host time."""
        while not look(self.world) and self.world.host_time < until:
            await self.wait(until)

    def save(self) -> None:
        """Write the state, if anything but the time changed since the last time."""
        if self._path is None:
            return
        world = self.world
        if self._saved is None or world.with_(host_time=self._saved.host_time) != self._saved:
            store.save(self._path, world)
            self._saved = world

    async def close(self) -> None:
        """End what runs outside the world, and keep the state; time stands still from here."""
        await self._scripts.close()
        await self.recorded.close()
        self.spool.close()
        if self._path is not None:
            store.save(self._path, self.world)

    def _with_content(self, world: World) -> World:
        """Forget content that nobody names, and files whose content was lost."""
        lost = [f for f in world.files if f.spool and not self.spool.has(f.spool, f.size)]
        for each in lost:
            world = storage.delete(world, each.path)
        self.spool.keep(each.spool for each in world.files)
        return world

    async def _answer(self, operation: str, request: Any, check: bool) -> Answer:
        handler = HANDLERS.get(operation)
        if operation in SPOOL_HANDLERS:
            handler = partial(SPOOL_HANDLERS[operation], self.spool)
        if handler is None:
            return await waiting.ANSWERS[operation](self, request, check)
        if not check:
            await self.pass_time(waiting.seconds(self.world, request))
        before = self.world
        try:
            world, answer = handler(before, request, check)
        except RefusedAfter as refused:
            self.become(refused.world)
            raise
        if world is not before:
            self._scripts.refuse_impossible(before, world)
            self.become(world)
            self._scripts.start_new()
        return answer


def _same_generation(world: World, settings: SimulateSettings) -> None:
    found, wanted = world.knobs.generation, settings.generation
    if found is not wanted:
        raise ProvisionError(
            f"the simulated host is {found.value}, and {wanted.value} is asked for",
            resolution="Reset the simulated host, or ask for its own generation.",
        )
