"""libvirt, through its `virsh`. Source: virsh(1) of libvirt 9.0, and what it was seen to do."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree import ElementTree

from provision.lab.hypervisor import HypervisorError, Snapshot, VmAbsent, VmState, VmStatus
from provision.lab.hypervisors.command_line import CommandLine, Said
from provision.lab.hypervisors.driver import Driver
from provision.model.clock import Clock
from provision.model.errors import ErrorClass

_STATES = {"running": VmState.RUNNING, "shut off": VmState.OFF}
_ABSENT = ("failed to get domain", "Domain not found")
_PASSING = ("Failed to connect socket", "state change lock", "Connection refused")


class Libvirt(Driver):
    """See `provision.lab.hypervisor.Hypervisor`.

    Args:
        uri: Which daemon, such as `qemu:///session`.
        commands: Where `virsh` is run.
    """

    def __init__(self, uri: str, commands: CommandLine, clock: Clock | None = None) -> None:
        super().__init__(clock)
        self._uri = uri
        self._commands = commands

    def look(self, vm: str) -> VmStatus:
        """See `Driver`."""
        state = self.look_at_state(vm)
        if state is VmState.ABSENT:
            return VmStatus(state)
        names = [name for name in self._virsh("snapshot-list", vm, "--name").splitlines() if name]
        current = self._try("snapshot-current", vm, "--name") if names else Said(1, "", "")
        now = current.output.strip() if current.code == 0 else ""
        found = [self._described(vm, name, current=name == now) for name in names]
        return VmStatus(state, tuple(sorted(found, key=lambda one: one.taken)))

    def look_at_state(self, vm: str) -> VmState:
        """See `Driver`."""
        said = self._try("domstate", vm)
        if said.code and any(text in said.error for text in _ABSENT):
            return VmState.ABSENT
        if said.code:
            raise self._refused("domstate", vm, said)
        return _STATES.get(said.output.strip(), VmState.OTHER)

    def restore(self, vm: str, snapshot: str, state: VmState) -> None:  # noqa: ARG002
        """See `Driver`."""
        self._virsh("snapshot-revert", vm, snapshot)

    def power_on(self, vm: str, state: VmState) -> None:
        """See `Driver`."""
        self._virsh("resume" if state is VmState.OTHER else "start", vm)

    def shut_down(self, vm: str, seconds: float) -> None:  # noqa: ARG002
        """See `Driver`."""
        self._virsh("shutdown", vm)

    def cut_off(self, vm: str) -> None:
        """See `Driver`."""
        self._virsh("destroy", vm)

    def checkpoint(self, vm: str, snapshot: str, description: str) -> None:
        """See `Driver`."""
        words = ["--name", snapshot, "--atomic"]
        self._virsh("snapshot-create-as", vm, *words, *_option("--description", description))

    def remove(self, vm: str, snapshot: str) -> None:
        """See `Driver`."""
        self._virsh("snapshot-delete", vm, snapshot)

    def absent(self, vm: str) -> VmAbsent:
        """See `Driver`."""
        return VmAbsent(
            f"{self._uri} has no VM {vm}",
            resolution=f"`virsh --connect {self._uri} list --all` names the VMs.",
        )

    def close(self) -> None:
        """See `Hypervisor`."""
        self._commands.close()

    def _described(self, vm: str, snapshot: str, *, current: bool) -> Snapshot:
        found = ElementTree.fromstring(self._virsh("snapshot-dumpxml", vm, snapshot))
        taken = datetime.fromtimestamp(int(found.findtext("creationTime", "0")), UTC)
        return Snapshot(
            snapshot, f"{taken:%Y-%m-%dT%H:%M:%SZ}", current, found.findtext("description", "")
        )

    def _virsh(self, command: str, vm: str, *words: str) -> str:
        said = self._try(command, vm, *words)
        if said.code:
            raise self._refused(command, vm, said)
        return said.output

    def _try(self, command: str, vm: str, *words: str) -> Said:
        return self._commands.run(["virsh", "--connect", self._uri, command, vm, *words])

    def _refused(self, command: str, vm: str, said: Said) -> HypervisorError:
        if any(text in said.error for text in _ABSENT):
            return self.absent(vm)
        passing = any(text in said.error for text in _PASSING)
        return HypervisorError(
            f"virsh {command} {vm}: {said.last_line.removeprefix('error: ')}",
            details=said.error.strip(),
            resolution=f"Try it by hand: `virsh --connect {self._uri} {command} {vm}`.",
            error_class=ErrorClass.TRANSIENT if passing else ErrorClass.PERMANENT,
        )


def _option(name: str, value: str) -> list[str]:
    return [name, value] if value else []
