"""libvirt, through its `virsh`. Source: virsh(1) of libvirt 9.0."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from xml.etree import ElementTree

from provision.lab.hypervisor import HypervisorError, Snapshot, VmState, VmStatus
from provision.lab.hypervisors.command_line import CommandLine, Said

_STATES = {"running": VmState.RUNNING, "shut off": VmState.OFF}
_ABSENT = ("failed to get domain", "Domain not found")
_SECONDS_BETWEEN_LOOKS = 0.5


class Libvirt:
    """See `provision.lab.hypervisor.Hypervisor`.

    Args:
        uri: Which daemon, such as `qemu:///session`.
        commands: Where `virsh` is run.
        sleep: Waits real seconds.
    """

    def __init__(
        self, uri: str, commands: CommandLine, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._uri = uri
        self._commands = commands
        self._sleep = sleep

    def status(self, vm: str) -> VmStatus:
        """See `Hypervisor`."""
        state = self._state(vm)
        if state is VmState.ABSENT:
            return VmStatus(state)
        names = [name for name in self._virsh("snapshot-list", vm, "--name").splitlines() if name]
        current = self._try("snapshot-current", vm, "--name")
        now = current.output.strip() if current.code == 0 else ""
        found = [Snapshot(name, self._taken(vm, name), name == now) for name in names]
        return VmStatus(state, tuple(sorted(found, key=lambda one: one.taken)))

    def revert(self, vm: str, snapshot: str) -> None:
        """See `Hypervisor`."""
        self._virsh("snapshot-revert", vm, snapshot)

    def start(self, vm: str) -> None:
        """See `Hypervisor`."""
        state = self._state(vm)
        if state is VmState.OTHER:
            self._virsh("resume", vm)
        elif state is not VmState.RUNNING:
            self._virsh("start", vm)

    def stop(self, vm: str, seconds: float) -> None:
        """See `Hypervisor`."""
        if self._state(vm) is VmState.OFF:
            return
        self._try("shutdown", vm)  # A VM that is still starting may refuse.
        for _ in range(round(seconds / _SECONDS_BETWEEN_LOOKS)):
            if self._state(vm) is VmState.OFF:
                return
            self._sleep(_SECONDS_BETWEEN_LOOKS)
        said = self._try("destroy", vm)
        if said.code and self._state(vm) is not VmState.OFF:
            raise _refused("destroy", vm, said)

    def take(self, vm: str, snapshot: str, description: str) -> None:
        """See `Hypervisor`."""
        if snapshot not in self._virsh("snapshot-list", vm, "--name").splitlines():
            self._virsh("snapshot-create-as", vm, snapshot, description, "--atomic")

    def delete(self, vm: str, snapshot: str) -> None:
        """See `Hypervisor`."""
        if snapshot in self._virsh("snapshot-list", vm, "--name").splitlines():
            self._virsh("snapshot-delete", vm, snapshot)

    def _state(self, vm: str) -> VmState:
        said = self._try("domstate", vm)
        if said.code and any(text in said.error for text in _ABSENT):
            return VmState.ABSENT
        if said.code:
            raise _refused("domstate", vm, said)
        return _STATES.get(said.output.strip(), VmState.OTHER)

    def _taken(self, vm: str, snapshot: str) -> str:
        described = ElementTree.fromstring(self._virsh("snapshot-dumpxml", vm, snapshot))
        seconds = int(described.findtext("creationTime", "0"))
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"

    def _virsh(self, command: str, vm: str, *words: str) -> str:
        said = self._try(command, vm, *words)
        if said.code:
            raise _refused(command, vm, said)
        return said.output

    def _try(self, command: str, vm: str, *words: str) -> Said:
        return self._commands.run(["virsh", "--connect", self._uri, command, vm, *words])


def _refused(command: str, vm: str, said: Said) -> HypervisorError:
    absent = any(text in said.error for text in _ABSENT)
    return HypervisorError(
        f"virsh {command} {vm}: {said.last_line.removeprefix('error: ')}",
        details=said.error.strip(),
        resolution="`virsh list --all` names the VMs." if absent else "",
    )
