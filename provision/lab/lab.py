"""A lab: its VMs, where each of them runs, and what each of them becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

from provision.lab.hypervisors.settings import HypervisorSettings
from provision.lab.notify.settings import NotifySettings
from provision.model.position import Position


@dataclass(frozen=True, slots=True)
class Vm:
    """One VM of a lab.

    Args:
        name: By which people know it.
        vm: By which its hypervisor knows it.
        hypervisor: Name of the hypervisor.
        host: Name of the host in the lab's host file.
        snapshot: What each rebuild begins from.
        playbooks: Paths, in the order in which they are run; empty for the host file's own.
        after: Names of VMs that must be green first.
        keep: How many green snapshots stay.
        running_snapshot: The snapshot is taken of the running VM, memory included. Otherwise the
            VM is shut down for it and started again.
        shutdown_seconds: How long a clean shutdown may take before the VM is cut off.
        usable_seconds: How long after the start the host may take to give an authenticated answer
            and settle.
        strict: Warnings that no task expects make a night red.
        position: Where it is described.
    """

    name: str
    vm: str
    hypervisor: str
    host: str
    snapshot: str
    playbooks: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    keep: int = 7
    running_snapshot: bool = False
    shutdown_seconds: float = 120
    usable_seconds: float = 1800
    strict: bool = False
    position: Position | None = None


@dataclass(frozen=True, slots=True)
class Lab:
    """Everything that one lab file says.

    Args:
        file: The path as the user gave it.
        folder: Of the lab file; its journal lies there.
        hosts: Path of the host file.
        forks: How many VMs are rebuilt at the same time.
        budget: Seconds after which no further VM is begun; None for no bound.
        notify: Who is told how a night ended.
    """

    name: str
    file: str
    folder: Path
    hosts: Path
    hypervisors: Mapping[str, HypervisorSettings]
    vms: Mapping[str, Vm]
    forks: int = 2
    budget: float | None = None
    notify: NotifySettings | None = None

    def order(self, names: frozenset[str] = frozenset()) -> list[str]:
        """Names of VMs, each after those that it needs; all when none are given.

        Those that are given bring in no others: what they need counts as built.
        """
        chosen = names or frozenset(self.vms)
        graph = {
            name: [need for need in vm.after if need in chosen]
            for name, vm in self.vms.items()
            if name in chosen
        }
        return list(TopologicalSorter(graph).static_order())
