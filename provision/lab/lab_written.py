"""The shape of what users write in a lab file, as models."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from provision.lab.hypervisors.settings import HypervisorSettings
from provision.lab.notify.settings import NotifySettings
from provision.playbook.durations import Duration
from provision.playbook.written import Words

_FROZEN = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class VmWritten(BaseModel):
    """One VM, or what VMs have in common.

    Args:
        hypervisor: Name of the hypervisor; may be left out when there is only one.
        vm: The hypervisor's own name of it; the name here when left out.
        host: Name of the host in the host file; the name here when left out.
        snapshot: What each rebuild begins from; `base` unless given.
        playbooks: Run in this order, relative to this file; the host's own when left out.
        after: Names of VMs that must be green first.
        keep: How many green snapshots stay; 7 unless given.
        running_snapshot: Take the snapshot of the running VM, memory included. Unless so, the VM
            is shut down for it and started again.
        shutdown: How long a clean shutdown may take; 2 minutes unless given.
        usable: How long the host may take to be usable after its start; half an hour unless given.
        strict: Warnings that no task expects make a night red.
    """

    model_config = _FROZEN

    hypervisor: str | None = None
    vm: str | None = None
    host: str | None = None
    snapshot: str | None = None
    playbooks: Words | None = None
    after: Words | None = None
    keep: int | None = Field(default=None, ge=1, le=1000)
    running_snapshot: bool | None = None
    shutdown: Duration | None = None
    usable: Duration | None = None
    strict: bool | None = None


class LabWritten(BaseModel):
    """A lab: hypervisors, the VMs on them, and how they are rebuilt.

    Args:
        name: The lab's name; the file's name without its ending when left out.
        hosts: Path of the host file, relative to this file.
        hypervisors: Where VMs run, by name.
        vms: The VMs, by name, in the order in which they are rebuilt.
        defaults: What holds for all VMs that do not say otherwise.
        forks: How many VMs are rebuilt at the same time; 2 unless given.
        budget: No VM is begun when so much time has gone by; no bound unless given.
        notify: Who is told how a night ended.
    """

    model_config = _FROZEN

    name: str | None = Field(default=None, min_length=1)
    hosts: str = Field(min_length=1)
    hypervisors: dict[str, HypervisorSettings] = Field(min_length=1)
    vms: dict[str, VmWritten] = Field(min_length=1)
    defaults: VmWritten = VmWritten()
    forks: int = Field(default=2, ge=1, le=64)
    budget: Duration | None = None
    notify: NotifySettings | None = None
