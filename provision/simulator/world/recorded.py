"""Recorded calls carried out: by the timeline, or by a real PowerShell that outlives its asker."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from provision.agent.operations.base import Answer
from provision.agent.operations.execution import Exec, ExecAnswer, PowerShell, PowerShellAnswer
from provision.simulator.machine import WentDown
from provision.simulator.world import calls, engine
from provision.simulator.world.call import Call
from provision.simulator.world.effects import AnswerCall, RestartAsked
from provision.simulator.world.model import World
from provision.simulator.world.programs import Ran
from provision.simulator.world.refusal import refuse
from provision.simulator.world.schedule import schedule

if TYPE_CHECKING:
    from provision.simulator.world.simulated_host import SimulatedHost

RunScript = Callable[[], Awaitable[PowerShellAnswer]]


class Recorded:
    """The recorded calls of one simulated host."""

    def __init__(self, host: SimulatedHost) -> None:
        self._host = host
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def program(
        self, request: Exec, run: Callable[[], tuple[Ran, ExecAnswer, float]]
    ) -> Answer:
        """Give the answer of a program's call, which begins unless it did before.

        Args:
            run: Gives what the program does, its answer, and after how many host seconds.
        """
        if calls.known(self._host.world, request) is None:
            ran, answer, seconds = run()
            world = calls.begin(self._host.world, request)
            for happening in ran.play.happenings if ran.play else ():
                if happening.at <= seconds:
                    world = schedule(world, happening.at, happening.effect)
            if ran.restart is not None and not answer.timed_out:
                world = schedule(world, seconds, RestartAsked(delay=ran.restart))
            self._become(schedule(world, seconds, _ending(request, answer)))
        return ExecAnswer.model_validate(await self._wait(request))

    async def script(
        self, request: PowerShell, refuse_impossible: Callable[[], None], run: RunScript
    ) -> Answer:
        """Give the answer of a script's call, which begins unless it did before.

        Args:
            refuse_impossible: Refuses what cannot even begin.
            run: Runs the script.
        """
        if calls.known(self._host.world, request) is None:
            refuse_impossible()
            engine.find()
            self._become(calls.begin(self._host.world, request, engine=True))
            self._tasks[request.id or ""] = asyncio.create_task(self._run(request, run))
        return PowerShellAnswer.model_validate(await self._wait(request))

    async def close(self) -> None:
        """End them all."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _become(self, world: World) -> None:
        self._host.become(world)
        self._host.save()

    async def _wait(self, request: Exec | PowerShell) -> object:
        boot = self._host.world.boot.number
        while (call := calls.known(self._host.world, request)) is not None:
            if call.answer is not None:
                return call.answer
            await self._host.wait(None)
            if self._host.world.boot.number != boot:
                raise WentDown
        raise refuse("CallLost", f"call {request.id} began and left no answer: its folder is gone")

    async def _run(self, request: PowerShell, run: RunScript) -> None:
        runner = asyncio.ensure_future(run())
        try:
            while not runner.done() and self._at_work(request):
                waiter = asyncio.create_task(self._host.wait(None))
                await asyncio.wait((runner, waiter), return_when=asyncio.FIRST_COMPLETED)
                waiter.cancel()
            if self._at_work(request):
                world = calls.answer(self._host.world, _ending(request, runner.result()))
                self._become(world)
        finally:
            runner.cancel()
            await asyncio.gather(runner, return_exceptions=True)
            self._tasks.pop(request.id or "", None)

    def _at_work(self, request: PowerShell) -> bool:
        world = self._host.world
        call = world.find(Call, request.id or "")
        return call is not None and calls.at_work(world, call)


def _ending(request: Exec | PowerShell, answer: Answer) -> AnswerCall:
    return AnswerCall(call=request.id or "", answer=answer.model_dump(mode="json"))
