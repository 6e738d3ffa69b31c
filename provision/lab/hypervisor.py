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
        current: What the VM's disk goes on from; false for all when the hypervisor does not tell.
        description: Empty when the hypervisor keeps none.
    """

    name: str
    taken: str = ""
    current: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class VmStatus:
    """A VM as its hypervisor sees it.

    Args:
        snapshots: The oldest first, as far as the hypervisor tells.
    """

    state: VmState
    snapshots: tuple[Snapshot, ...] = ()

    def snapshot(self, name: str) -> Snapshot | None:
        """Give the snapshot of that name; None when there is none."""
        return next((one for one in self.snapshots if one.name == name), None)


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


class VmAbsent(HypervisorError):
    """There is no such VM."""


class SnapshotAbsent(HypervisorError):
    """The VM is there, and has no such snapshot."""


class ToolMissing(HypervisorError):
    """What drives the hypervisor is not installed where it is run."""


class Hypervisor(Protocol):
    """Snapshots and power of VMs. All of it may be asked for again, and is then done once.

    Several threads may ask at the same time. Every method raises `HypervisorError`; but for
    `status`, `VmAbsent` when there is no such VM.
    """

    def status(self, vm: str) -> VmStatus:
        """Look at a VM; one that is not there is a status too."""

    def revert(self, vm: str, snapshot: str) -> None:
        """Make the VM what it was; it is off or running as it was then.

        Raises:
            SnapshotAbsent: Nothing was touched.
        """

    def start(self, vm: str) -> None:
        """See to it that the VM runs."""

    def stop(self, vm: str, seconds: float) -> None:
        """See to it that the VM is off: by a clean shutdown, after so many seconds by force."""

    def take(self, vm: str, snapshot: str, description: str) -> None:
        """Take a snapshot; one of that name and description that is there is taken as this one.

        One of that name with another description is an error: it is not what was asked for.
        """

    def delete(self, vm: str, snapshot: str) -> None:
        """Delete a snapshot, and keep what others were made from.

        Never the last one, and never the one that the VM's disk goes on from: an error.
        """

    def close(self) -> None:
        """Let go of connections; the next question makes new ones. Never raises."""
