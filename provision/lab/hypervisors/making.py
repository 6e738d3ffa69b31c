"""Which driver belongs to which settings."""

from __future__ import annotations

from provision.lab.hypervisor import Hypervisor
from provision.lab.hypervisors.command_line import command_line
from provision.lab.hypervisors.libvirt import Libvirt
from provision.lab.hypervisors.settings import HypervisorSettings


def make_hypervisor(settings: HypervisorSettings) -> Hypervisor:
    """Make the driver of a hypervisor; nothing is asked of it yet."""
    return Libvirt(settings.uri, command_line(settings.ssh))
