"""Jobs that are not modelled: users' scripts in a real PowerShell, and modelled programs."""

from __future__ import annotations

import asyncio
import ntpath
from collections.abc import Callable
from typing import TYPE_CHECKING

from provision.agent.operations.jobs import JobState
from provision.simulator.machine import OperationRefused
from provision.simulator.world import engine, jobs, paths, programs, windows
from provision.simulator.world.effects import Finish, Log
from provision.simulator.world.files import File
from provision.simulator.world.job import Job
from provision.simulator.world.model import World
from provision.simulator.world.operations.file_pieces import content
from provision.simulator.world.refusal import refuse
from provision.simulator.world.schedule import forget_job

if TYPE_CHECKING:
    from provision.simulator.world.simulated_host import SimulatedHost

_ALIVE = (JobState.STARTED, JobState.RUNNING)


class Scripts:
    """The jobs of one simulated host that something outside its world runs."""

    def __init__(self, host: SimulatedHost) -> None:
        self._host = host
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @staticmethod
    def orphaned(world: World) -> World:
        """Mark the jobs whose process ended together with the simulator that ran it."""
        for job in world.jobs:
            if job.engine and jobs.state(world, job) in _ALIVE:
                process = job.process or world.next_process
                world = world.put(job.model_copy(update={"gone": True, "process": process}))
                world = forget_job(world, job.key)
        return world

    def refuse_impossible(self, before: World, world: World) -> None:
        """Refuse a world with a new job that nothing here can run.

        Raises:
            OperationRefused: Which says what to do.
        """
        known = {job.key for job in before.jobs}
        for job in world.jobs:
            if job.engine and job.program is None and job.key not in known:
                _text(self._host, world, job)
                engine.find()

    def start_new(self) -> None:
        """Start what the world has and nobody runs yet."""
        world = self._host.world
        for job in world.jobs:
            if job.engine and job.key not in self._tasks and jobs.state(world, job) in _ALIVE:
                self._tasks[job.key] = asyncio.create_task(self._run(job))

    async def close(self) -> None:
        """End them all."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, job: Job) -> None:
        runner = asyncio.create_task(self._carry_out(job))
        try:
            while not runner.done() and _alive(self._host.world, job):
                waiter = asyncio.create_task(self._host.wait(None))
                await asyncio.wait((runner, waiter), return_when=asyncio.FIRST_COMPLETED)
                waiter.cancel()
        finally:
            runner.cancel()
            await asyncio.gather(runner, return_exceptions=True)
            self._tasks.pop(job.key, None)

    async def _carry_out(self, job: Job) -> None:
        await self._host.wait_for(
            lambda world: (now := world.find(Job, job.key)) is not None and now.process is not None,
            job.started_at + 60,
        )
        if job.program is not None:
            await self._program(job, job.program)
            return
        ended = engine.Ended(threw=True)
        try:
            ended = await engine.run(
                _text(self._host, self._host.world, job),
                ntpath.basename(job.path or "script.ps1"),
                job.arguments,
                timeout=None,
                listen=lambda said: self._log(job, said),
            )
        except OperationRefused as refused:
            self._log(job, engine.Said("error", refused.record.message, refused.record))
        self._finish(job, ended)

    async def _program(self, job: Job, program: str) -> None:
        ran = programs.run(self._host.world, program, job.arguments)
        if ran is None:
            missing = windows.agent_error("NotFound", programs.not_found(program))
            self._log(job, engine.Said("error", missing.message, missing))
            self._finish(job, engine.Ended(threw=True))
            return
        await self._host.pass_time(ran.seconds)
        if ran.restart is not None:
            self._host.become(ran.leave(self._host.world))
        for kind, data in (("output", ran.result.stdout), ("error", ran.result.stderr)):
            for line in data.decode(errors="replace").splitlines():
                self._log(job, engine.Said(kind, line))
        self._finish(job, engine.Ended(exit_code=ran.result.exit_code))

    def _log(self, job: Job, said: engine.Said) -> None:
        effect = Log(job=job.id, kind=said.kind, text=said.text, error=said.error)
        self._change(job, lambda world: jobs.log(world, effect))

    def _finish(self, job: Job, ended: engine.Ended) -> None:
        effect = Finish(job=job.id, exit_code=ended.exit_code, threw=ended.threw)
        self._change(job, lambda world: jobs.finish(world, effect))
        self._host.save()

    def _change(self, job: Job, change: Callable[[World], World]) -> None:
        world = self._host.world
        if _alive(world, job):
            self._host.become(change(world))


def _alive(world: World, job: Job) -> bool:
    now = world.find(Job, job.key)
    return now is not None and jobs.state(world, now) in _ALIVE


def _text(host: SimulatedHost, world: World, job: Job) -> bytes:
    if job.script is not None:
        return b"\xef\xbb\xbf" + job.script.encode()
    file = world.find(File, paths.key(job.path or ""))
    data = content(host.spool, file, 0, file.size) if file is not None else None
    if data is None:
        raise refuse(
            "NotSupported",
            f"the simulated host knows only the hash of {job.path} and not what it does; give its "
            "SHA-256 in `known_scripts` if it behaves as the installer",
        )
    return data
