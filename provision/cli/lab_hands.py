"""Builds and verifies a lab's hosts, each run in a process of its own.

So one host's trouble stays its own, and a night that is killed leaves runs that the next one takes
up by their journal.
"""

from __future__ import annotations

import hashlib
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import FrameType

import click

from provision.cli.compose import load_hosts, load_projects
from provision.cli.lab_run import LabRun
from provision.cli.link import open_link
from provision.cli.located import state_file
from provision.cli.options import Selection
from provision.engine.interruption import Interruption
from provision.engine.usable import await_usable
from provision.lab.lab import Lab, Vm
from provision.lab.night import PlaybookRun
from provision.model.errors import InputError, Problem
from provision.report.text import clean


class LabHands:
    """See `provision.lab.hands.Hands`.

    Attributes:
        night: The night's id; names the folder in which the runs' texts are kept.
    """

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self.night = ""
        self._asked = threading.Event()
        self._waits: list[Interruption] = []
        self._runs: list[LabRun] = []
        self._hosts = {one.host.name: one for one in load_hosts(Selection(str(lab.hosts)))}

    def check(self, names: Sequence[str]) -> None:
        """Find out before the night begins what would stop it.

        Raises:
            InputError: With everything that is wrong.
        """
        problems: list[Problem] = []
        for name in names:
            vm = self._lab.vms[name]
            if vm.host not in self._hosts:
                known = ", ".join(self._hosts)
                hint = f"{self._lab.hosts} has {known}"
                problems.append(Problem(f"there is no host '{vm.host}'", vm.position, hint))
                continue
            try:
                self.playbooks(vm)
            except InputError as error:
                problems += error.problems
        if problems:
            raise InputError(list(dict.fromkeys(problems)))

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Hand Ctrl-C on to all runs: once they stop at a safe point, twice at once."""

        def handle(_number: int, _frame: FrameType | None) -> None:
            if not self._asked.is_set():
                click.echo("stopping at the next safe point; press Ctrl-C again to stop at once")
            self._asked.set()
            for waiting in list(self._waits):
                waiting.ask()
            for run in list(self._runs):
                run.interrupt()

        both = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, handle) for number in both}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def asked_to_stop(self) -> bool:
        """See `Hands`."""
        return self._asked.is_set()

    def reverted(self, vm: Vm) -> None:
        """See `Hands`."""
        from provision.simulator.world.store import reset

        located = self._hosts[vm.host]
        simulate = located.host.simulate
        if simulate is not None and not simulate.served:
            reset(state_file(located))

    def await_usable(self, vm: Vm, seconds: float) -> None:
        """See `Hands`."""
        with open_link(self._hosts[vm.host]) as link:
            interruption = Interruption(link.clock)
            self._waits.append(interruption)
            try:
                if self._asked.is_set():
                    interruption.ask()
                await_usable(link.connector, link.clock, interruption, seconds)
            finally:
                self._waits.remove(interruption)

    def playbooks(self, vm: Vm) -> tuple[tuple[str, ...], str]:
        """See `Hands`."""
        located = self._hosts[vm.host]
        written: tuple[str | None, ...] = vm.playbooks or (located.host.playbook,)
        digest = hashlib.sha256()
        paths = []
        for path in written:
            selection = Selection(str(self._lab.hosts), limit=(vm.host,), playbook=path)
            (project,) = load_projects(selection)
            digest.update(project.playbook.sha256.encode())
            paths.append(project.playbook.file)
        return tuple(paths), digest.hexdigest()

    def run(self, vm: Vm, work: str, playbook: str, *, fresh: bool) -> PlaybookRun:
        """See `Hands`."""
        command = [
            sys.executable, "-m", "provision", work, str(self._lab.hosts),
            "--limit", vm.host, "--playbook", playbook, "--events", "-", "--no-color",
        ]  # fmt: skip
        command += ["--fresh"] if fresh else []
        command += ["--strict"] if vm.strict and work == "up" else []
        log = self._lab.folder / ".provision" / "lab" / self.night / f"{vm.name}.log"
        run = LabRun(command, log, work, playbook)
        self._runs.append(run)
        try:
            if self._asked.is_set():
                run.interrupt()
            return run.follow(lambda text: self.say(vm.name, text))
        finally:
            self._runs.remove(run)

    def say(self, vm: str, text: str) -> None:
        """See `Hands`."""
        click.echo(f"{datetime.now():%H:%M:%S}  {clean(vm)}: {clean(text)}")
