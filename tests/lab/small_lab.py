"""A lab on a hypervisor that lives in memory, and hands that only write down what was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from provision.journal.store import Journal
from provision.lab.hypervisor import HypervisorError, Snapshot, VmState, VmStatus
from provision.lab.hypervisors.settings import LibvirtSettings
from provision.lab.lab import Lab, Vm
from provision.lab.night import Night, PlaybookRun
from provision.lab.nights import Nights
from provision.lab.rebuilds import NightRebuild

SHA256 = "feedc0de" * 8


class Killed(BaseException):
    """What a dead process looks like from within: nothing after it is carried out."""


@dataclass
class MemoryVm:
    """A VM whose disk is a text."""

    disk: str = "bare"
    running: bool = False
    snapshots: dict[str, str] = field(default_factory=lambda: {"base": "bare"})


@dataclass
class MemoryHypervisor:
    """Snapshots and power of VMs, in memory; writes down what changed."""

    vms: dict[str, MemoryVm]
    broken: set[str] = field(default_factory=set)
    done: list[str] = field(default_factory=list)
    before: Callable[[str], None] = lambda _what: None

    def status(self, vm: str) -> VmStatus:
        one = self.vms[vm]
        state = VmState.RUNNING if one.running else VmState.OFF
        return VmStatus(state, tuple(Snapshot(name) for name in one.snapshots))

    def revert(self, vm: str, snapshot: str) -> None:
        self._do(f"revert {vm}")
        self.vms[vm].disk = self.vms[vm].snapshots[snapshot]
        self.vms[vm].running = False

    def start(self, vm: str) -> None:
        if not self.vms[vm].running:
            self._do(f"start {vm}")
            self.vms[vm].running = True

    def stop(self, vm: str, seconds: float) -> None:  # noqa: ARG002
        if self.vms[vm].running:
            self._do(f"stop {vm}")
            self.vms[vm].running = False

    def take(self, vm: str, snapshot: str, description: str) -> None:  # noqa: ARG002
        if snapshot not in self.vms[vm].snapshots:
            self._do(f"take {vm}")
            self.vms[vm].snapshots[snapshot] = self.vms[vm].disk

    def delete(self, vm: str, snapshot: str) -> None:
        self._do(f"delete {vm} {snapshot}")
        self.vms[vm].snapshots.pop(snapshot, None)

    def close(self) -> None: ...

    def _do(self, what: str) -> None:
        self.before(what)
        if what.split()[0] in self.broken:
            raise HypervisorError(f"cannot {what}")
        self.done.append(what)


@dataclass
class WrittenHands:
    """Builds by writing on the VM's disk; fails where it is told to."""

    hypervisor: MemoryHypervisor
    fails: set[str] = field(default_factory=set)
    done: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    stop_after: str = ""
    before: Callable[[str], None] = lambda _what: None

    def reverted(self, vm: Vm) -> None:
        self._do(f"reverted {vm.name}")

    def await_usable(self, vm: Vm, seconds: float) -> None:  # noqa: ARG002
        assert self.hypervisor.vms[vm.vm].running
        self._do(f"await {vm.name}")

    def playbooks(self, vm: Vm) -> tuple[tuple[str, ...], str]:
        return vm.playbooks, SHA256

    def run(self, vm: Vm, work: str, playbook: str, *, fresh: bool) -> PlaybookRun:
        self._do(f"{work} {vm.name} {playbook}{' fresh' if fresh else ''}")
        failed = f"{work} {vm.name}" in self.fails
        if work == "up" and not failed:
            disk = self.hypervisor.vms[vm.vm]
            disk.disk = disk.disk if playbook in disk.disk else f"{disk.disk}+{playbook}"
        outcome = "failed" if failed else "changed"
        return PlaybookRun("run", work, playbook, int(failed), outcome, 60.0)

    def asked_to_stop(self) -> bool:
        return bool(self.stop_after) and self.stop_after in self.done

    def say(self, vm: str, text: str) -> None:
        self.said.append(f"{vm}: {text}")

    def _do(self, what: str) -> None:
        self.before(what)
        self.done.append(what)


class SmallLab:
    """Three VMs, the second of which needs the first."""

    def __init__(self, folder: Path, *, forks: int = 1, keep: int = 2) -> None:
        def vm(name: str, *after: str) -> Vm:
            books = ("one", "two")
            return Vm(name, f"vm-{name}", "rack", name, "base", books, after, keep=keep)

        vms = {one.name: one for one in (vm("b", "a"), vm("a"), vm("c"))}
        rack = {"rack": LibvirtSettings(kind="libvirt")}
        self.lab = Lab("small", "lab.yml", folder, folder / "hosts.yml", rack, vms, forks)
        self.hypervisor = MemoryHypervisor({one.vm: MemoryVm() for one in vms.values()})
        self.hands = WrittenHands(self.hypervisor)
        self.journal = Journal(folder / "journal.sqlite")
        self.nights = Nights(self.journal.database)

    def begin(self, night: str) -> None:
        """Write down that a night begins."""
        names = tuple(self.lab.vms)
        self.nights.begin(Night(night, "small", "test", "2026-01-01T02:00:00.000Z", names))

    def run(self, night: str, seconds: Callable[[], float] = lambda: 0.0) -> dict[str, str]:
        """Go on with a night; gives how each VM ended."""
        story = self.nights.find("small", night)
        assert story is not None
        hypervisors = {"rack": self.hypervisor}
        rebuild = NightRebuild(self.lab, story, hypervisors, self.hands, self.nights, seconds)
        return {name: phase.value for name, phase in rebuild.run().items()}
