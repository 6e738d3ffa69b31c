"""What a lab asks of a hypervisor, whichever it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from provision.model.errors import ErrorClass, ProvisionError


class VmState(Enum):
    """Whether a VM runs."""

    ABSENT = "absent"
    OFF = "off"
    RUNNING = "running"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One snapshot of a VM.

    Args:
        taken: ISO 8601 UTC; empty when the hypervisor does not tell.
        current: What the VM's disk goes on from.
    """

    name: str
    taken: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class VmStatus:
    """A VM as its hypervisor sees it.

    Args:
        snapshots: The oldest first.
    """

    state: VmState
    snapshots: tuple[Snapshot, ...] = ()


class HypervisorError(ProvisionError):
    """A hypervisor cannot do what was asked of it."""

    def __init__(
        self,
        brief: str,
        *,
        details: str = "",
        resolution: str = "",
        error_class: ErrorClass = ErrorClass.PERMANENT,
    ) -> None:
        super().__init__(brief, details=details, resolution=resolution)
        self.error_class = error_class


class Hypervisor(Protocol):
    """Snapshots and power of VMs. All of it may be asked for again, and is then done once.

    Every method raises `HypervisorError`.
    """

    def status(self, vm: str) -> VmStatus:
        """Look at a VM; one that is not there is a status too."""

    def revert(self, vm: str, snapshot: str) -> None:
        """Make the VM what it was; it is off or running as it was then."""

    def start(self, vm: str) -> None:
        """See to it that the VM runs."""

    def stop(self, vm: str, seconds: float) -> None:
        """See to it that the VM is off: by a clean shutdown, after so many seconds by force."""

    def take(self, vm: str, snapshot: str, description: str) -> None:
        """Take a snapshot; one of that name that is there already is taken as this one."""

    def delete(self, vm: str, snapshot: str) -> None:
        """Delete a snapshot, and keep what others were made from."""
