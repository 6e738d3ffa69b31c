"""VMware Workstation and Fusion, through `vmrun`.

A VM is the path of its `.vmx`. Sources: "Using vmrun to Control Virtual Machines", and the shapes
of answers as programs that drive it read them. vmrun tells neither times, descriptions nor which
snapshot is the current one, and takes a suspended VM for one that is off: after a revert to a
snapshot of a running VM it is suspended, and `start` lets it go on.

ESX is left out: vmrun takes its password only as an argument, which everybody on the machine can
read. So are encrypted VMs, for the same reason.
"""

from __future__ import annotations

from provision.lab.hypervisor import HypervisorError, Snapshot, VmAbsent, VmState, VmStatus
from provision.lab.hypervisors.command_line import SECONDS, CommandLine, Said
from provision.lab.hypervisors.driver import Driver
from provision.model.clock import Clock
from provision.model.errors import ErrorClass

_ABSENT = (
    "The virtual machine cannot be found",
    "Cannot open VM",
    "A file was not found",
    "The file does not exist",
)
_PASSING = ("temporarily unavailable", "is busy", "in use")


class VMware(Driver):
    """See `provision.lab.hypervisor.Hypervisor`.

    Args:
        program: `vmrun`, or its path.
        product: `ws`, `fusion` or `player`, as vmrun names them.
        commands: Where it is run.
    """

    def __init__(
        self, program: str, product: str, commands: CommandLine, clock: Clock | None = None
    ) -> None:
        super().__init__(clock)
        self._program = program
        self._product = product
        self._commands = commands

    def look(self, vm: str) -> VmStatus:
        """See `Driver`."""
        said = self._try("listSnapshots", vm)
        if said.code and any(text in said.output + said.error for text in _ABSENT):
            return VmStatus(VmState.ABSENT)
        if said.code:
            raise self._refused("listSnapshots", vm, said)
        names = _listed(said.output, "Total snapshots:")
        return VmStatus(self._power(vm), tuple(map(Snapshot, names)))

    def look_at_state(self, vm: str) -> VmState:
        """See `Driver`. A VM that does not run may also not be there."""
        power = self._power(vm)
        return power if power is VmState.RUNNING else self.look(vm).state

    def restore(self, vm: str, snapshot: str, state: VmState) -> None:  # noqa: ARG002
        """See `Driver`."""
        self._vmrun("revertToSnapshot", vm, snapshot)

    def power_on(self, vm: str, state: VmState) -> None:  # noqa: ARG002
        """See `Driver`."""
        self._vmrun("start", vm, "nogui")

    def shut_down(self, vm: str, seconds: float) -> None:
        """See `Driver`. Waits for the guest, whose VMware Tools must run."""
        self._vmrun("stop", vm, "soft", seconds=max(1.0, seconds))

    def cut_off(self, vm: str) -> None:
        """See `Driver`."""
        self._vmrun("stop", vm, "hard")

    def checkpoint(self, vm: str, snapshot: str, description: str) -> None:  # noqa: ARG002
        """See `Driver`."""
        if "/" in snapshot:
            raise HypervisorError(f"{snapshot}: vmrun takes a name with a slash for a path")
        self._vmrun("snapshot", vm, snapshot)

    def remove(self, vm: str, snapshot: str) -> None:
        """See `Driver`."""
        self._vmrun("deleteSnapshot", vm, snapshot)

    def absent(self, vm: str) -> VmAbsent:
        """See `Driver`."""
        return VmAbsent(
            f"vmrun finds no VM {vm}",
            resolution="Give the path of its .vmx as `vm`, as it is where vmrun is run.",
        )

    def close(self) -> None:
        """See `Hypervisor`."""
        self._commands.close()

    def _power(self, vm: str) -> VmState:
        said = self._try("list")
        if said.code:
            raise self._refused("list", vm, said)
        running = _listed(said.output, "Total running VMs:")
        return VmState.RUNNING if _same(vm) in map(_same, running) else VmState.OFF

    def _vmrun(self, command: str, *words: str, seconds: float = SECONDS) -> None:
        said = self._try(command, *words, seconds=seconds)
        if said.code:
            raise self._refused(command, words[0], said)

    def _try(self, *words: str, seconds: float = SECONDS) -> Said:
        command = [self._program, "-T", self._product, *words]
        return self._commands.run(command, seconds)

    def _refused(self, command: str, vm: str, said: Said) -> HypervisorError:
        told = said.output + said.error
        if any(text in told for text in _ABSENT):
            return self.absent(vm)
        passing = any(text in told for text in _PASSING)
        return HypervisorError(
            f"vmrun {command} {vm}: {said.last_line.removeprefix('Error: ')}",
            details=told.strip(),
            error_class=ErrorClass.TRANSIENT if passing else ErrorClass.PERMANENT,
        )


def _listed(output: str, heading: str) -> list[str]:
    """Read a list: a heading with a number, then one a line, deeper ones indented."""
    first, *lines = output.splitlines() or [""]
    if not first.startswith(heading):
        raise HypervisorError(
            "vmrun answered with something else than a list", details=output.strip()[:500]
        )
    return [line.strip() for line in lines if line.strip()]


def _same(path: str) -> str:
    """Windows' paths are the same in any case, and with either slash."""
    windows = path[1:3] in (":\\", ":/")
    return path.replace("\\", "/").lower() if windows else path
