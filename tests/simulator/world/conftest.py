"""A simulated host whose real time is moved by hand, and a person who drives it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from provision.agent.operations import OPERATIONS
from provision.agent.operations.base import ErrorRecord
from provision.model.host import SimulateSettings
from provision.simulator.machine import OperationRefused
from provision.simulator.world.installer.scripts import usual
from provision.simulator.world.model import World
from provision.simulator.world.simulated_host import SimulatedHost, Witness

SCRIPT = "C:\\work\\Install-ContainerHost.ps1"


class ManualTime:
    """Real time that passes only by being waited for; not even so while it is `frozen`."""

    def __init__(self) -> None:
        self.time = 0.0
        self.frozen = False

    def now(self) -> float:
        return self.time

    async def wait(self, seconds: float | None, wake: asyncio.Event) -> None:
        if seconds is None or self.frozen:
            await wake.wait()
        elif not wake.is_set():
            self.time += seconds
            await asyncio.sleep(0)


class Driver:
    """Asks one simulated host, as an agent's session would."""

    def __init__(self, host: SimulatedHost, time: ManualTime, runner: asyncio.Runner) -> None:
        self.host = host
        self.time = time
        self.runner = runner

    @property
    def world(self) -> World:
        return self.host.world

    def do(self, operation: str, *, check: bool = False, **params: Any) -> Any:
        answer = self.runner.run(self.host.perform(operation, params, check))
        return OPERATIONS[operation].answer.model_validate(answer)

    def refused(self, operation: str, *, check: bool = False, **params: Any) -> ErrorRecord:
        with pytest.raises(OperationRefused) as caught:
            self.do(operation, check=check, **params)
        return caught.value.record

    def change(self, change: Callable[[World], World]) -> None:
        self.host.become(change(self.world))

    def pass_time(self, seconds: float) -> None:
        self.time.time += seconds / self.host.speed

    def fetch_script(self) -> None:
        generation = self.world.knobs.generation
        script = usual(generation)
        self.do("download", url=script.url, path=SCRIPT, sha256=script.sha256)

    def install(self, job: str, *arguments: str, give_up: float = 50_000.0) -> Run:
        """Run the installer until it ends or says nothing for too long."""
        self.do("job.start", id=job, path=SCRIPT, arguments=list(arguments))
        records, offset = [], 0
        while True:
            answer = self.do("job.poll", id=job, offset=offset, wait=600)
            records += answer.records
            offset = answer.next_offset
            if answer.state.value not in ("started", "running") or answer.idle_seconds > give_up:
                return Run(records, answer)

    def come_up(self) -> None:
        """Wait for the next boot until it has settled."""
        old = self.host.power().boot
        while not (self.host.power().boot > old and self._settled()):
            self.pass_time(5)

    def restart(self) -> None:
        self.do("restart", reason="test")
        self.come_up()

    def build(self, *arguments: str) -> Run:
        """Do what the installer step does, with a managed restart."""
        self.fetch_script()
        self.install("first", "-NoRestart", *arguments)
        if self.do("facts").pending_restart:
            self.restart()
        return self.install("second", "-NoRestart", *arguments)

    def _settled(self) -> bool:
        power = self.host.power()
        return power.listening and power.accounts and self.do("boot").settled


class Run:
    """A job's records and its last answer."""

    def __init__(self, records: list[Any], last: Any) -> None:
        self.records = records
        self.last = last

    def texts(self, kind: str = "output") -> list[str]:
        return [record.text for record in self.records if record.kind == kind]

    def errors(self, kind: str = "error") -> list[ErrorRecord]:
        return [record.error for record in self.records if record.kind == kind]


@pytest.fixture
def simulate() -> Iterator[Callable[..., Driver]]:
    with asyncio.Runner() as runner:
        hosts: list[SimulatedHost] = []

        def make(
            *,
            path: Path | None = None,
            world: World | None = None,
            witness: Witness | None = None,
            **settings: Any,
        ) -> Driver:
            time = ManualTime()
            host = SimulatedHost(
                SimulateSettings(**settings), path=path, time=time, world=world, witness=witness
            )
            hosts.append(host)
            return Driver(host, time, runner)

        yield make
        for host in hosts:
            runner.run(host.close())


@pytest.fixture
def driver(simulate: Callable[..., Driver]) -> Driver:
    return simulate(speed=1.0)
