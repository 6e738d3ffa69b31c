"""Whole runs of the engine against a simulated host behind its real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from provision.engine.boot import BootLimits
from provision.engine.clock import HostClock
from provision.engine.host_runner import HostRunner
from provision.engine.local_fetch import fetch_from_here
from provision.engine.memory import RunMemory, new_run
from provision.engine.run import RunOptions, RunResult
from provision.journal.entry import Kind
from provision.journal.store import Journal
from provision.model.event import Event
from provision.model.host import Authentication, Host, Scheme, SimulateSettings, WinRMSettings
from provision.model.playbook import Playbook
from provision.model.secret import Secret
from provision.playbook.loader import load_playbook
from provision.playbook.params import prepare_step
from provision.playbook.template import Renderer
from provision.simulator.faults import FaultSchedule
from provision.simulator.thread import SimulatorServer
from provision.simulator.world.simulated_host import SimulatedHost
from provision.steps.registry import STEPS
from provision.transport.winrm import WinRMConnector

PASSWORD = "only-for-this-test"
SPEED = 12000.0


@dataclass
class Recorder:
    """An observer that keeps everything."""

    events: list[Event] = field(default_factory=list)
    react: Callable[[Event], None] | None = None

    def notice(self, event: Event) -> None:
        self.events.append(event)
        if self.react is not None:
            self.react(event)

    def close(self) -> None:
        pass

    def of(self, kind: str) -> list[Any]:
        return [event for event in self.events if event.event == kind]

    def said(self) -> str:
        return "\n".join(event.text for event in self.of("task_progress"))


@dataclass
class Lab:
    """One simulated host whose server stays up over several runs.

    Args:
        folder: Where playbooks are written.
    """

    folder: Path
    machine: SimulatedHost
    server: SimulatorServer
    journal: Journal
    runs: int = 0
    password: str = PASSWORD

    def run(
        self,
        playbook: str | Path,
        options: RunOptions | None = None,
        *,
        variables: dict[str, Any] | None = None,
        limits: BootLimits | None = None,
        react: Callable[[Event, HostRunner], None] | None = None,
    ) -> tuple[RunResult, Recorder]:
        path = playbook
        if isinstance(playbook, str):
            path = self.folder / "playbook.yml"
            path.write_text(playbook)
        loaded = load_playbook(Path(path), str(path), STEPS)
        settings = WinRMSettings(
            address="127.0.0.1",
            port=self.server.port,
            scheme=Scheme.HTTP,
            auth=Authentication.NTLM,
            connect_timeout=20,
        )
        host = Host(
            name="lab-01", winrm=settings, vars=variables or {}, simulate=SimulateSettings()
        )
        renderer = Renderer()
        recorder = Recorder()
        memory = self.memory(loaded, host, journaled=not (options and options.check))
        runner = HostRunner(
            host,
            loaded,
            options or RunOptions(),
            connector=WinRMConnector(settings, "127.0.0.1", self.server.port, Secret(PASSWORD)),
            clock=HostClock(self.machine.speed),
            renderer=renderer,
            prepare=lambda task, known: prepare_step(STEPS[task.step], task, known, renderer),
            fetch=fetch_from_here,
            observers=[recorder],
            steps=STEPS.__getitem__,
            memory=memory,
            limits=limits,
        )
        if react is not None:
            recorder.react = lambda event: react(event, runner)
        result = runner.run()
        if memory.began:
            self.journal.append(memory.id, Kind.RUN_FINISHED, data={"outcome": result.outcome})
        return result, recorder

    def memory(self, playbook: Playbook, host: Host, *, journaled: bool) -> RunMemory:
        """The journal is kept from run to run of one lab."""
        self.runs += 1
        described = new_run(
            f"run-{self.runs}", host.name, (playbook.file, playbook.sha256), host.vars, {}
        )
        return RunMemory(self.journal if journaled else None, described)

    def restart_soon(self, delay: float = 0) -> None:
        """Restart the host under whoever works on it, as somebody at its console would."""
        from provision.simulator.world import restarts

        def ask() -> None:
            self.machine.become(restarts.ask(self.machine.world, delay))

        self.server.call(ask)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Callable[..., Lab]]:
    """Makes labs; every server is stopped at the end."""
    servers: list[SimulatorServer] = []
    journals: list[Journal] = []

    def make(*, faults: FaultSchedule | None = None, **knobs: Any) -> Lab:
        settings = SimulateSettings(**{"speed": SPEED, **knobs})
        machine = SimulatedHost(settings)
        server = SimulatorServer(machine, accounts={"Administrator": PASSWORD}, faults=faults)
        server.start()
        servers.append(server)
        journals.append(Journal(tmp_path / f"journal-{len(journals)}.sqlite"))
        return Lab(tmp_path, machine, server, journals[-1])

    yield make
    for server in servers:
        server.stop()
    for journal in journals:
        journal.close()
