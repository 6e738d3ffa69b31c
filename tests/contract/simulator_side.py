"""The simulator's machine, driven as the contract suite drives the engine."""

from __future__ import annotations

import asyncio
from typing import Any

import normal_form
from contract_cases import Case

from provision.agent.operations import OPERATIONS
from provision.simulator.machine import OperationRefused
from provision.simulator.world.files import file, folder
from provision.simulator.world.host_clock import Monotonic
from provision.simulator.world.model import World
from provision.simulator.world.simulated_host import SimulatedHost


class SimulatorSide:
    """One simulated host at a time, on one event loop."""

    root = "C:\\contract"
    separator = "\\"

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._host: SimulatedHost | None = None

    def begin(self, case: Case) -> None:
        world = case.world().put(folder(self.root))
        for name, content in case.files.items():
            path = f"{self.root}\\{name}".replace("/", "\\").rstrip("\\")
            world = world.put(folder(path) if content is None else file(path, content))
        self._runner.run(self._begin(case, world))

    async def _begin(self, case: Case, world: World) -> None:
        await self._end()
        self._host = SimulatedHost(case.world_settings(), world=world, time=Monotonic())

    def perform(self, op: str, params: dict[str, Any], check: bool = False) -> dict[str, Any]:
        return self._runner.run(self._perform(op, params, check))

    async def _perform(self, op: str, params: dict[str, Any], check: bool) -> dict[str, Any]:
        assert self._host
        request = OPERATIONS[op].model_validate(params).model_dump(mode="json")
        try:
            answer = await self._host.perform(op, request, check)
        except OperationRefused as refused:
            return {"error": refused.record.model_dump(mode="json")}
        assert isinstance(answer, dict)
        return answer

    def restart(self) -> None:
        self._runner.run(self._restart())

    async def _restart(self) -> None:
        assert self._host
        boot = self._host.world.boot.number
        await self._perform("restart", {"reason": "a test", "delay": 0}, False)
        while self._host.world.boot.number == boot or self._host.world.pending:
            await self._host.wait(None)

    def left(self) -> dict[str, Any]:
        assert self._host
        world = self._host.world
        return normal_form.world(world, normal_form.world_files(world, self.root))

    async def _end(self) -> None:
        if self._host:
            await self._host.close()

    def close(self) -> None:
        self._runner.run(self._end())
        self._runner.close()
