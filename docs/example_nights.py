"""Thirty nights of an example lab, written into a journal by the tool's own store.

Nothing is random: the same nights come out each time. In the last one build-02 breaks, agent-01 is
skipped because of it, and build-01 is slower than usual.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from provision.journal.entry import Kind, Run
from provision.journal.store import Journal
from provision.lab.night import Kind as NightKind
from provision.lab.night import Night, PlaybookRun
from provision.lab.nights import Nights
from provision.lab.phase import Phase

NIGHTS = 30
LAST = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
CONTAINER, WEB = "playbooks/container-host.yml", "playbooks/web.yml"
HASHES = {CONTAINER: "430ab067f70a" + "5e" * 26, WEB: "9c1d07f2aa31" + "b4" * 26}
INSTALLER = "The installer has finished"
CHECKED = "It is a container host"

_SAID = (
    (69, "output", "Querying status of Windows feature: Containers..."),
    (69, "output", "Enabling feature Containers..."),
    (199, "warning", "A reboot is required; stopping script execution"),
    (521, "output", "Feature Containers is already enabled."),
    (522, "output", "Waiting for Hyper-V Management..."),
    (522, "output", "Enabling container networking..."),
    (523, "output", "Creating container switch (NAT)..."),
    (532, "error", "Failed while adding virtual Ethernet switch connections."),
    (549, "output", "Creating NAT for 172.16.0.0/12..."),
    (549, "output", "Installing ContainerProvider package..."),
    (577, "output", "Getting Container OS image (WindowsServerCore) version 10.0.10586.0 from "
     "OneGet (this may take a few minutes)..."),
    (-180, "output", "Container base image install complete.  Querying container images..."),
    (-150, "output", "Installing Docker..."),
    (-130, "output", "Configuring NSSM for Docker service..."),
    (-90, "output", "Waiting for Docker daemon..."),
)  # fmt: skip
_WELL = (
    (-20, "output", "Successfully connected to Docker Daemon."),
    (-2, "output", "Script complete!"),
)
_SLOW = ((-5, "error", "Docker Daemon did not start successfully within 1 minute."),)


class Clock:
    """A clock that stands where it was put."""

    def __init__(self) -> None:
        self.at = LAST

    def __call__(self) -> str:
        """Give its time, as the journal writes times."""
        return self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def go(self, seconds: float) -> None:
        """Put it forward."""
        self.at += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Task:
    """One task of an example."""

    name: str
    step: str
    seconds: float
    outcome: str = "changed"
    checks: tuple[tuple[str, str], ...] = ()
    reason: str = ""


class ExampleLab:
    """Writes nights.

    Args:
        folder: Where `lab.yml` and the journal are made.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, text in FILES.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        self.clock = Clock()
        path = folder / ".provision" / "journal.sqlite"
        path.parent.mkdir(exist_ok=True)
        self.journal = Journal(path, clock=self.clock)
        self.nights = Nights(self.journal.database, self.clock)

    def write(self, nights: int = NIGHTS) -> None:
        """Write so many nights; the last one is always the same."""
        for number in range(NIGHTS - nights, NIGHTS):
            self._night(number)

    def close(self) -> None:
        """Close the journal."""
        self.journal.close()

    def _night(self, number: int) -> None:
        began = LAST - timedelta(days=NIGHTS - 1 - number)
        self.clock.at = began
        night = f"{began:%Y-%m-%d-%H%M%S}-{number * 2654435761 % 65536:04x}"
        names = ("build-01", "build-02", "web-01", "agent-01")
        self.nights.begin(Night(night, "lab", "ci@rack-01, process 4711", self.clock(), names))
        red = number in (9, 17, NIGHTS - 1)
        ends: list[datetime] = []
        for vm, after in (
            ("build-01", 0.0),
            ("build-02", 0.0),
            ("web-01", -1.0),
            ("agent-01", -2.0),
        ):
            self.clock.at = began + timedelta(seconds=after) if after >= 0 else sorted(ends)[0]
            if vm == "agent-01":
                self.clock.at = ends[1]
            if vm == "agent-01" and red:
                self._phase(night, vm, Phase.SKIPPED, message="build-02: not green")
            else:
                self._rebuild(night, number, vm, fails=red and vm == "build-02")
            ends.append(self.clock.at)
        self.clock.at = max(ends)
        self.nights.note(night, NightKind.ENDED, data={"interrupted": False})

    def _rebuild(self, night: str, number: int, vm: str, *, fails: bool) -> None:
        for phase, seconds in (
            (Phase.REVERTING, 38.0),
            (Phase.STARTING, 12.0),
            (Phase.AWAITING, 170 + 20 * _wave(number, 3)),
        ):
            self._phase(night, vm, phase)
            self.clock.go(seconds)
        self._phase(night, vm, Phase.BUILDING)
        playbook = WEB if vm in ("web-01", "agent-01") else CONTAINER
        tasks = _web(number) if playbook == WEB else _container(number, vm)
        run = self._run(night, vm, playbook, tasks, fails=fails)
        if fails:
            self._phase(
                night, vm, Phase.FAILED, message=f"up {playbook} ended with 1: {run.message}"
            )
            return
        self._phase(night, vm, Phase.VERIFYING)
        self.clock.go(75)
        found = {check: seen for task in tasks for check, seen in task.checks}
        verified = PlaybookRun("", "verify", playbook, 0, "ok", 75.0, (), found)
        self.nights.ran(night, vm, verified)
        snapshot = f"green-{self.clock.at:%Y-%m-%d}-{HASHES[playbook][:8]}"
        self._phase(night, vm, Phase.KEEPING, snapshot)
        self.clock.go(210)
        self._phase(night, vm, Phase.PRUNING, snapshot)
        self.clock.go(9)
        self._phase(night, vm, Phase.GREEN, snapshot)

    def _run(
        self, night: str, vm: str, playbook: str, tasks: list[Task], *, fails: bool
    ) -> PlaybookRun:
        began = self.clock.at
        run = f"{began:%Y%m%d-%H%M%S}-{sum(vm.encode()) * 97 % 65536:04x}"
        self.journal.begin(
            Run(run, vm, f"machine-{vm}", playbook, HASHES[playbook], "7a06011eb6f2" * 5 + "beef",
                {"tags": [], "start_at": None}, "ci@rack-01, process 4720", self.clock())
        )  # fmt: skip
        self._entry(run, Kind.RESUMED, owner=f"{run}/ci", after=0)
        self._entry(run, Kind.CONNECTED, computer_name=f"WIN-{vm.upper()}", os_build=10586)
        rows = [{"task": task.name, "step": task.step} for task in tasks]
        self._entry(run, Kind.EVENT, event="plan_made", tasks=rows)
        warnings: tuple[str, ...] = ()
        failed: dict[str, Any] = {}
        for index, task in enumerate(tasks, 1):
            self._entry(run, Kind.TASK_STARTED, index, name=task.name, step=task.step)
            start = self.clock.at
            if task.step == "installer":
                warnings = ("vswitch-add-failed",)
                self._installer(run, index, task, fails=fails)
            self.clock.at = start + timedelta(seconds=task.seconds)
            if fails and task.step == "installer":
                failed = _FAILURE
                self._finished(run, index, task, "failed", failed)
                break
            result = {
                "reason": task.reason,
                "checks": [{"check": c, "passed": True, "found": f} for c, f in task.checks],
                "evidence": [task.reason],
            }
            self._finished(run, index, task, task.outcome, result)
        seconds = (self.clock.at - began).total_seconds()
        message, remedy = str(failed.get("failure", "")), str(failed.get("remedy", ""))
        outcome, code = ("failed", 1) if failed else ("changed", 0)
        self._entry(
            run, Kind.RUN_FINISHED, outcome=outcome, exit_code=code, seconds=seconds,
            message=f"{INSTALLER}: {message}" if failed else "", remedy=remedy,
        )  # fmt: skip
        found = {check: seen for task in tasks for check, seen in task.checks if not failed}
        done = PlaybookRun(run, "up", playbook, code, outcome, seconds, warnings, found, message)
        self.nights.ran(night, vm, done)
        return done

    def _installer(self, run: str, index: int, task: Task, *, fails: bool) -> None:
        start = self.clock.at
        for second, kind, text in (*_SAID, *(_SLOW if fails else _WELL)):
            elapsed = second if second >= 0 else task.seconds + second
            self.clock.at = start + timedelta(seconds=elapsed)
            self._entry(
                run, Kind.LINE, index, task=task.name, kind=kind, text=text, elapsed=float(elapsed)
            )
            if second == 199:
                self.clock.at = start + timedelta(seconds=515)
                self._entry(run, Kind.EVENT, index, **_restart(self.clock()))
            if kind == "error" and second == 532:
                self._entry(run, Kind.EVENT, index, **_WARNING)

    def _finished(
        self, run: str, index: int, task: Task, outcome: str, result: Mapping[str, Any]
    ) -> None:
        told = {"outcome": outcome, **result}
        self._entry(
            run,
            Kind.TASK_FINISHED,
            index,
            outcome=outcome,
            seconds=task.seconds,
            result=told,
            value={},
        )

    def _entry(self, run: str, of: Kind, number: int | None = None, /, **data: Any) -> None:
        self.journal.append_soon(run, of, task=number, data=data)

    def _phase(
        self, night: str, vm: str, phase: Phase, snapshot: str = "", message: str = ""
    ) -> None:
        data = {"phase": phase.value, "snapshot": snapshot, "message": message}
        self.nights.note(night, NightKind.PHASE, vm, data)


def _wave(number: int, seed: int) -> float:
    """Something between -1 and 1 that looks like chance."""
    return math.sin(number * 12.9898 + seed * 78.233) * math.cos(number * 4.1414 + seed)


def _container(number: int, vm: str) -> list[Task]:
    image = "windowsservercore:latest (6801d964fda5)"
    if number == NIGHTS - 1:
        image = "windowsservercore:latest (b21e3a57c0d4)"
    usual = 6350 if vm == "build-01" else 5300
    seconds = usual + 260 * _wave(number, sum(vm.encode()))
    if number == NIGHTS - 1 and vm == "build-01":
        seconds += 2650
    checks = (
        ("switch Virtual Switch of type NAT", "'Virtual Switch' of type NAT"),
        ("NAT ContainerNAT for 172.16.0.0/12", "'ContainerNAT' for 172.16.0.0/12"),
        ("docker runs and answers", "service running, daemon 1.10.0-dev answers"),
        ("image windowsservercore:latest", image),
    )
    return [
        Task("The host is of this generation", "assert", 1, "ok", (), "holds"),
        Task("The installer", "fetch", 20 + 4 * _wave(number, 5), "changed", (), "SHA-256 checked"),
        Task(INSTALLER, "installer", seconds, "changed", checks,
             "'Script complete!' printed, 4 checks hold (phases: 2, restarts: 1)"),
        Task(CHECKED, "verify", 27, "ok", checks, "4 of 4 checks hold"),
    ]  # fmt: skip


def _web(number: int) -> list[Task]:
    checks = (("service W3SVC is running", "running"),)
    return [
        Task("IIS", "windows_feature", 340 + 25 * _wave(number, 7), "changed", (), "installed"),
        Task("The site's files", "copy", 44 + 3 * _wave(number, 8), "changed", (), "212 files"),
        Task("The service answers", "verify", 6, "ok", checks, "1 of 1 check holds"),
    ]  # fmt: skip


def _restart(time: str) -> dict[str, Any]:
    boot = {"boot_time": time, "token": "t"}
    return {
        "event": "host_restarted", "time": time, "old": boot, "new": boot, "seconds": 196.0,
        "expected": True,
    }  # fmt: skip


_WARNING: dict[str, Any] = {
    "event": "warning",
    "task": INSTALLER,
    "issue": "vswitch-add-failed",
    "brief": "Hyper-V reported that adding the virtual switch failed",
    "evidence": "error: Failed while adding virtual Ethernet switch connections. "
    "[OperationFailed,Microsoft.HyperV.PowerShell.Commands.NewVMSwitch, 0x80131500]; verified: "
    "adapter vEthernet (Virtual Switch): Up, 172.16.0.1/12",
    "remedy": "Nothing needs to be done: the switch and its vEthernet adapter were verified.",
    "expected": False,
}


_FAILURE: dict[str, Any] = {
    "failure": "Docker Daemon did not start successfully within 1 minute.",
    "remedy": "Run again. If it stays so, read the daemon's log in C:\\ProgramData\\docker.",
    "issue": "docker-daemon-slow",
    "evidence": ["Docker Daemon did not start successfully within 1 minute."],
}

_EMPTY = "name: {name}\ntasks:\n  - name: The host answers\n    verify:\n      - docker\n"

FILES = {
    "lab.yml": """\
hosts: hosts.yml
hypervisors:
  rack: {kind: libvirt}
vms:
  build-01: {}
  build-02: {}
  web-01: {}
  agent-01: {after: [build-02]}
""",
    "hosts.yml": """\
defaults: {simulate: {generation: tp4}, playbook: playbooks/container-host.yml}
hosts:
  build-01: {}
  build-02: {}
  web-01: {playbook: playbooks/web.yml}
  agent-01: {playbook: playbooks/web.yml}
""",
    CONTAINER: _EMPTY.format(name="Container host"),
    WEB: _EMPTY.format(name="Web"),
}
