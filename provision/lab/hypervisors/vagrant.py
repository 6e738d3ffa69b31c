"""Vagrant's own snapshots, whatever provider is behind them.

A VM is a machine's name in the Vagrantfile. Source: the `--machine-readable` answers of Vagrant
2.3.4, seen from the real one. It tells neither times, descriptions nor which snapshot is the
current one, and says of a machine that was never made that its snapshot was saved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from provision.lab.hypervisor import HypervisorError, Snapshot, VmAbsent, VmState, VmStatus
from provision.lab.hypervisors.command_line import SECONDS, CommandLine, Said
from provision.lab.hypervisors.driver import Driver
from provision.model.clock import Clock
from provision.model.errors import ErrorClass

QUIET = {"VAGRANT_CHECKPOINT_DISABLE": "1", "VAGRANT_NO_COLOR": "1"}
"""Vagrant asks for news of itself over the network unless told otherwise."""

_OFF = ("poweroff", "shutoff", "off", "aborted", "stopped")
_SAVED = ("saved", "suspended")
_NONE = "No snapshots have been taken yet!"
_UP_SECONDS = 1800.0
"""How long `vagrant up` may wait for a guest that it cannot reach yet."""


@dataclass(frozen=True, slots=True)
class _Line:
    machine: str
    kind: str
    data: tuple[str, ...]


class Vagrant(Driver):
    """See `provision.lab.hypervisor.Hypervisor`. Provisioners are never run.

    Args:
        folder: Of the Vagrantfile.
        commands: Where `vagrant` is run; in that folder.
    """

    seconds_between_looks = 2.0

    def __init__(self, folder: Path, commands: CommandLine, clock: Clock | None = None) -> None:
        super().__init__(clock)
        self._folder = folder
        self._commands = commands

    def look(self, vm: str) -> VmStatus:
        """See `Driver`."""
        state = self.look_at_state(vm)
        if state is VmState.ABSENT:
            return VmStatus(state)
        said = [line for line in self._vagrant(vm, "snapshot", "list", vm) if line.machine == vm]
        if any(line.kind == "output" and line.data[0].endswith(_NONE) for line in said):
            return VmStatus(state)
        names = [line.data[0] for line in said if line.kind == "detail"]
        return VmStatus(state, tuple(map(Snapshot, names)))

    def look_at_state(self, vm: str) -> VmState:
        """See `Driver`."""
        raw = self._raw_state(vm)
        if raw == "running":
            return VmState.RUNNING
        if raw in _OFF:
            return VmState.OFF
        return VmState.OTHER if raw not in ("", "not_created") else VmState.ABSENT

    def restore(self, vm: str, snapshot: str, state: VmState) -> None:  # noqa: ARG002
        """See `Driver`."""
        self._vagrant(vm, "snapshot", "restore", "--no-provision", "--no-start", vm, snapshot)
        # A snapshot of a running VM comes back with its memory saved.
        if self._raw_state(vm) in _SAVED:
            self.power_on(vm, VmState.OTHER)

    def power_on(self, vm: str, state: VmState) -> None:  # noqa: ARG002
        """See `Driver`."""
        self._vagrant(vm, "up", "--no-provision", vm, seconds=_UP_SECONDS)

    def shut_down(self, vm: str, seconds: float) -> None:
        """See `Driver`. Vagrant waits for the guest, and cuts it off when it has its own limit."""
        self._vagrant(vm, "halt", vm, seconds=max(1.0, seconds))

    def cut_off(self, vm: str) -> None:
        """See `Driver`."""
        self._vagrant(vm, "halt", "--force", vm)

    def checkpoint(self, vm: str, snapshot: str, description: str) -> None:  # noqa: ARG002
        """See `Driver`."""
        self._vagrant(vm, "snapshot", "save", vm, snapshot)

    def remove(self, vm: str, snapshot: str) -> None:
        """See `Driver`."""
        self._vagrant(vm, "snapshot", "delete", vm, snapshot)

    def absent(self, vm: str) -> VmAbsent:
        """See `Driver`."""
        return VmAbsent(
            f"Vagrant has made no machine {vm}",
            resolution=f"`vagrant status` in {self._folder} names the machines; make this one "
            f"with `vagrant up {vm}`, and take its first snapshot.",
        )

    def close(self) -> None:
        """See `Hypervisor`."""
        self._commands.close()

    def _raw_state(self, vm: str) -> str:
        said = self._run(("status", vm))
        lines = list(_read(said.output, vm))
        if _error(lines)[0].endswith("::MachineNotFound"):
            return ""
        if said.code:
            raise self._refused("status", vm, said, lines)
        states = [one.data[0] for one in lines if one.machine == vm and one.kind == "state"]
        return states[0] if states else ""

    def _vagrant(self, vm: str, *words: str, seconds: float = SECONDS) -> list[_Line]:
        said = self._run(words, seconds)
        lines = list(_read(said.output, vm))
        if said.code:
            raise self._refused(
                " ".join(words[: -1 if words[0] != "snapshot" else 2]), vm, said, lines
            )
        return lines

    def _run(self, words: tuple[str, ...], seconds: float = SECONDS) -> Said:
        command = ["vagrant", *words, "--machine-readable"]
        return (
            self._commands.run(command) if seconds is None else self._commands.run(command, seconds)
        )

    def _refused(self, command: str, vm: str, said: Said, lines: list[_Line]) -> HypervisorError:
        kind, text = _error(lines)
        locked = kind.endswith("Locked")
        brief = text.splitlines()[0] if text else said.last_line
        return HypervisorError(
            f"vagrant {command} {vm}: {brief}",
            details=text or said.error.strip(),
            error_class=ErrorClass.TRANSIENT if locked else ErrorClass.PERMANENT,
        )


def _error(lines: list[_Line]) -> tuple[str, str]:
    """Give Vagrant's class of error and its text; both empty when there was none."""
    found = [line.data for line in lines if line.kind == "error-exit"]
    return (found[0][0], "\n".join(found[0][1:])) if found else ("", "")


def _read(output: str, vm: str) -> Iterator[_Line]:
    """Read `time,machine,kind,data…`; what is said to people has the kind `ui` and its own one."""
    for raw in output.splitlines():
        rest = raw.partition(",")[2]
        # A comma in a machine's name is not escaped.
        machine = vm if rest.startswith(f"{vm},") else rest.partition(",")[0]
        kind, *data = rest[len(machine) + 1 :].split(",")
        if kind == "ui" and data:
            kind, *data = data
        texts = (one.replace("%!(VAGRANT_COMMA)", ",").replace("\\n", "\n") for one in data)
        yield _Line(machine, kind, tuple(texts) or ("",))
