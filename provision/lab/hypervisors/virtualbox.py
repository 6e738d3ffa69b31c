"""VirtualBox, through `VBoxManage`.

Sources: the manual of VirtualBox 7, chapter VBoxManage; and for the shapes of its answers
`VBoxManageInfo.cpp` and `VBoxManageSnapshot.cpp` in VirtualBox's own source. It tells no times of
snapshots here, and lists them as a tree: parents come before their children.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from provision.lab.hypervisor import HypervisorError, Snapshot, VmAbsent, VmState, VmStatus
from provision.lab.hypervisors.command_line import CommandLine, Said
from provision.lab.hypervisors.driver import Driver
from provision.model.clock import Clock
from provision.model.errors import ErrorClass

_OFF = ("poweroff", "aborted")
_SAVED = ("saved", "aborted-saved")
_ABSENT = "Could not find a registered machine"
_NO_SNAPSHOTS = "does not have any snapshots"
_LOCKED = "already locked"
_LOCKED_TRIES = 20
_FIELD = re.compile(r'^(Snapshot(?:Name|Description)|CurrentSnapshotNode)((?:-\d+)*)="', re.M)


class VirtualBox(Driver):
    """See `provision.lab.hypervisor.Hypervisor`.

    Args:
        program: `VBoxManage`, or its path.
        commands: Where it is run.
    """

    def __init__(self, program: str, commands: CommandLine, clock: Clock | None = None) -> None:
        super().__init__(clock)
        self._program = program
        self._commands = commands

    def look(self, vm: str) -> VmStatus:
        """See `Driver`."""
        state = self.look_at_state(vm)
        if state is VmState.ABSENT:
            return VmStatus(state)
        said = self._try("snapshot", vm, "list", "--machinereadable")
        if _NO_SNAPSHOTS in said.output + said.error:
            return VmStatus(state)
        if said.code:
            raise self._refused("snapshot", vm, said)
        return VmStatus(state, tuple(_snapshots(said.output)))

    def look_at_state(self, vm: str) -> VmState:
        """See `Driver`."""
        raw = self._raw_state(vm)
        if raw == "running":
            return VmState.RUNNING
        if raw in _OFF:
            return VmState.OFF
        return VmState.OTHER if raw else VmState.ABSENT

    def restore(self, vm: str, snapshot: str, state: VmState) -> None:
        """See `Driver`. Refused by VirtualBox as long as the VM runs."""
        if state is VmState.RUNNING or self._raw_state(vm) == "paused":
            self.cut_off(vm)
        self._manage("snapshot", vm, "restore", snapshot)
        # A snapshot of a running VM comes back with its memory saved.
        if self._raw_state(vm) in _SAVED:
            self.power_on(vm, VmState.OTHER)

    def power_on(self, vm: str, state: VmState) -> None:  # noqa: ARG002
        """See `Driver`."""
        if self._raw_state(vm) == "paused":
            self._manage("controlvm", vm, "resume")
        else:
            self._manage("startvm", vm, "--type", "headless")

    def shut_down(self, vm: str, seconds: float) -> None:  # noqa: ARG002
        """See `Driver`."""
        self._manage("controlvm", vm, "acpipowerbutton")

    def cut_off(self, vm: str) -> None:
        """See `Driver`."""
        if self._raw_state(vm) in _SAVED:
            self._manage("discardstate", vm)
        else:
            self._manage("controlvm", vm, "poweroff")

    def checkpoint(self, vm: str, snapshot: str, description: str) -> None:
        """See `Driver`."""
        described = ["--description", description] if description else []
        self._manage("snapshot", vm, "take", snapshot, *described)

    def remove(self, vm: str, snapshot: str) -> None:
        """See `Driver`."""
        self._manage("snapshot", vm, "delete", snapshot)

    def absent(self, vm: str) -> VmAbsent:
        """See `Driver`."""
        return VmAbsent(
            f"VirtualBox has no VM {vm}", resolution=f"`{self._program} list vms` names the VMs."
        )

    def close(self) -> None:
        """See `Hypervisor`."""
        self._commands.close()

    def _raw_state(self, vm: str) -> str:
        said = self._try("showvminfo", vm, "--machinereadable")
        if said.code and _ABSENT in said.error:
            return ""
        found = re.search(r'^VMState="(.*)"$', said.output.replace("\r", ""), re.M)
        if said.code or found is None:
            raise self._refused("showvminfo", vm, said)
        return found[1]

    def _manage(self, command: str, vm: str, *words: str) -> str:
        """Run a command; a VM stays locked for a moment after its process has ended."""
        for _ in range(_LOCKED_TRIES):
            said = self._try(command, vm, *words)
            if not said.code or _LOCKED not in said.error:
                break
            self._clock.sleep(self.seconds_between_looks)
        if said.code:
            raise self._refused(" ".join([command, *words[:1]]), vm, said)
        return said.output

    def _try(self, command: str, vm: str, *words: str) -> Said:
        return self._commands.run([self._program, command, vm, *words])

    def _refused(self, command: str, vm: str, said: Said) -> HypervisorError:
        if _ABSENT in said.error:
            return self.absent(vm)
        told = re.search(r"^VBoxManage(?:\.exe)?: error: (.*)$", said.error, re.M)
        return HypervisorError(
            f"VBoxManage {command}: {vm}: {told[1].strip() if told else said.last_line}",
            details=said.error.strip(),
            error_class=ErrorClass.TRANSIENT if _LOCKED in said.error else ErrorClass.PERMANENT,
        )


def _snapshots(listed: str) -> Iterable[Snapshot]:
    """Read the list. Values stand between quotation marks as they are, line breaks included."""
    fields: dict[tuple[str, str], str] = {}
    text = listed.replace("\r\n", "\n")
    for match in _FIELD.finditer(text):
        end = text.find('"\n', match.end())
        fields[match[1], match[2]] = text[match.end() : end if end >= 0 else None]
    current = fields.get(("CurrentSnapshotNode", ""))
    for (kind, node), value in fields.items():
        if kind == "SnapshotName":
            description = fields.get(("SnapshotDescription", node), "")
            yield Snapshot(value, "", current == f"SnapshotName{node}", description)
