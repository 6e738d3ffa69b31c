"""What all drivers promise alike; each of them only knows its hypervisor's words for it."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from contextlib import suppress

from provision.engine.clock import HostClock
from provision.lab.hypervisor import (
    HypervisorError,
    SnapshotAbsent,
    VmAbsent,
    VmState,
    VmStatus,
)
from provision.model.clock import Clock
from provision.model.errors import ErrorClass

_BETWEEN_LOOKS = 0.5
_CUT_OFF_SECONDS = 30.0
_NAME = re.compile(r"[^-\x00-\x1f\x7f][^\x00-\x1f\x7f]*")


class Driver(ABC):
    """See `provision.lab.hypervisor.Hypervisor`: looks first, does what is left, looks again.

    Args:
        clock: Real time; for waits until a VM is off.
    """

    seconds_between_looks = _BETWEEN_LOOKS

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or HostClock()

    @abstractmethod
    def look(self, vm: str) -> VmStatus:
        """Look at a VM; no snapshots when it is not there."""

    def look_at_state(self, vm: str) -> VmState:
        """Look whether a VM runs, where that takes less."""
        return self.look(vm).state

    @abstractmethod
    def restore(self, vm: str, snapshot: str, state: VmState) -> None:
        """Revert to a snapshot that is there."""

    @abstractmethod
    def power_on(self, vm: str, state: VmState) -> None:
        """Start a VM that does not run."""

    @abstractmethod
    def shut_down(self, vm: str, seconds: float) -> None:
        """Ask a running VM to shut down; need not wait, and waits no longer than so long."""

    @abstractmethod
    def cut_off(self, vm: str) -> None:
        """Take the power from a VM that is not off."""

    @abstractmethod
    def checkpoint(self, vm: str, snapshot: str, description: str) -> None:
        """Take a snapshot whose name is free."""

    @abstractmethod
    def remove(self, vm: str, snapshot: str) -> None:
        """Delete one snapshot that is there, without those that were made from it."""

    def status(self, vm: str) -> VmStatus:
        """See `Hypervisor`."""
        return self.look(_checked(vm))

    def revert(self, vm: str, snapshot: str) -> None:
        """See `Hypervisor`."""
        status = self._present(vm)
        if status.snapshot(_checked(snapshot)) is None:
            there = ", ".join(one.name for one in status.snapshots) or "none"
            raise SnapshotAbsent(
                f"{vm} has no snapshot {snapshot}",
                details=f"its snapshots: {there}",
                resolution="Check `snapshot` in the lab file, or take that snapshot once by hand.",
            )
        self.restore(vm, snapshot, status.state)

    def start(self, vm: str) -> None:
        """See `Hypervisor`."""
        state = self._state(vm)
        if state is not VmState.RUNNING:
            self.power_on(vm, state)

    def stop(self, vm: str, seconds: float) -> None:
        """See `Hypervisor`."""
        state = self._state(vm)
        if state is VmState.OFF:
            return
        if state is VmState.RUNNING:
            until = self._clock.now() + seconds
            with suppress(HypervisorError):  # A VM that is still starting may refuse.
                self.shut_down(vm, seconds)
            if self._off_until(vm, until):
                return
        try:
            self.cut_off(vm)
        except HypervisorError:
            if self._state(vm) is not VmState.OFF:
                raise
        if not self._off_until(vm, self._clock.now() + _CUT_OFF_SECONDS):
            raise HypervisorError(
                f"{vm} is not off, though its power was cut", error_class=ErrorClass.TRANSIENT
            )

    def take(self, vm: str, snapshot: str, description: str) -> None:
        """See `Hypervisor`."""
        there = self._present(vm).snapshot(_checked(snapshot))
        if there is None:
            self.checkpoint(vm, snapshot, description)
            if self.look(vm).snapshot(snapshot) is None:
                raise HypervisorError(f"the snapshot {snapshot} of {vm} was taken and is not there")
        elif there.description and description and there.description != description:
            raise HypervisorError(
                f"{vm} has another snapshot {snapshot} already",
                details=f"its description: {there.description}",
                resolution="Give the new one another name, or delete the old one by hand.",
            )

    def delete(self, vm: str, snapshot: str) -> None:
        """See `Hypervisor`."""
        status = self._present(vm)
        there = status.snapshot(_checked(snapshot))
        if there is None:
            return
        if there.current or len(status.snapshots) == 1:
            why = "the VM's disk goes on from it" if there.current else "it is the last one"
            raise HypervisorError(f"the snapshot {snapshot} of {vm} is not deleted: {why}")
        self.remove(vm, snapshot)

    @abstractmethod
    def close(self) -> None:
        """See `Hypervisor`."""

    def _present(self, vm: str) -> VmStatus:
        status = self.look(_checked(vm))
        if status.state is VmState.ABSENT:
            raise self.absent(vm)
        return status

    def _state(self, vm: str) -> VmState:
        state = self.look_at_state(_checked(vm))
        if state is VmState.ABSENT:
            raise self.absent(vm)
        return state

    def absent(self, vm: str) -> VmAbsent:
        """Say that there is no such VM, and how to see which there are."""
        return VmAbsent(f"there is no VM {vm}", resolution="Check `vm` in the lab file.")

    def _off_until(self, vm: str, until: float) -> bool:
        while self._state(vm) is not VmState.OFF:
            if self._clock.now() >= until:
                return False
            self._clock.sleep(self.seconds_between_looks)
        return True


def _checked(name: str) -> str:
    """Refuse what a command line would take for an option, or would tear apart."""
    if not _NAME.fullmatch(name):
        raise HypervisorError(
            f"{name!r} cannot be the name of a VM or a snapshot",
            resolution="Names are not empty, do not begin with a dash, and have no line breaks.",
        )
    return name
