"""Hyper-V, through its PowerShell module on the Windows host, run by our own agent.

Source: the reference of the module Hyper-V of Windows Server 2016. Checkpoints keep no description
here. A production checkpoint, which Windows Server 2016 takes unless told otherwise, holds no
memory: a VM that is reverted to one is off.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from provision.lab.hypervisor import (
    HypervisorError,
    Snapshot,
    ToolMissing,
    VmAbsent,
    VmState,
    VmStatus,
)
from provision.lab.hypervisors.driver import Driver
from provision.lab.hypervisors.powershell import ScriptFailed, WindowsShell
from provision.model.clock import Clock
from provision.model.errors import ErrorClass

SECONDS = 900.0
"""How long one script may take: a checkpoint of a running VM writes all its memory."""

_STATES = {"absent": VmState.ABSENT, "Off": VmState.OFF, "Running": VmState.RUNNING}
_NO_MODULE = (
    "CommandNotFoundException",
    "CouldNotAutoLoadModule",
    "CouldNotAutoloadMatchingModule",
)
_QUOTES = "'\u2018\u2019\u201a\u201b"


class HyperV(Driver):
    """See `provision.lab.hypervisor.Hypervisor`.

    Args:
        shell: Where PowerShell is run.
        place: Where the Windows host is, for people.
    """

    seconds_between_looks = 2.0

    def __init__(self, shell: WindowsShell, place: str, clock: Clock | None = None) -> None:
        super().__init__(clock)
        self._shell = shell
        self._place = place

    def look(self, vm: str) -> VmStatus:
        """See `Driver`."""
        try:
            state, *snapshots = map(json.loads, self._run("Show-LabVM", vm).splitlines())
            found = tuple(
                Snapshot(one["name"], one["taken"], bool(one["current"])) for one in snapshots
            )
            return VmStatus(_STATES.get(state["state"], VmState.OTHER), found)
        except (ValueError, LookupError, TypeError):
            raise HypervisorError(
                f"{self._place} answered with something else than a VM",
                resolution="This is a defect of this version; please report it.",
            ) from None

    def restore(self, vm: str, snapshot: str, state: VmState) -> None:  # noqa: ARG002
        """See `Driver`."""
        self._run("Restore-LabVM", vm, snapshot)

    def power_on(self, vm: str, state: VmState) -> None:  # noqa: ARG002
        """See `Driver`."""
        self._run("Start-LabVM", vm)

    def shut_down(self, vm: str, seconds: float) -> None:
        """See `Driver`. Waits for the guest, whose integration services must run."""
        self._run("Stop-LabVM", vm, seconds=seconds)

    def cut_off(self, vm: str) -> None:
        """See `Driver`."""
        self._run("Disable-LabVM", vm)

    def checkpoint(self, vm: str, snapshot: str, description: str) -> None:  # noqa: ARG002
        """See `Driver`."""
        self._run("Checkpoint-LabVM", vm, snapshot)

    def remove(self, vm: str, snapshot: str) -> None:
        """See `Driver`."""
        self._run("Remove-LabSnapshot", vm, snapshot)

    def absent(self, vm: str) -> VmAbsent:
        """See `Driver`."""
        return VmAbsent(f"{self._place} has no VM {vm}", resolution="`Get-VM` names the VMs there.")

    def close(self) -> None:
        """See `Hypervisor`."""
        self._shell.close()

    def _run(self, function: str, *words: str, seconds: float = SECONDS) -> str:
        call = " ".join([function, *map(_quoted, words)])
        try:
            return self._shell.run(f"{_source()}\n{call}\n", seconds)
        except ScriptFailed as error:
            raise self._refused(function, words[0], error) from None

    def _refused(self, function: str, vm: str, error: ScriptFailed) -> HypervisorError:
        if error.record.id.split(",")[0] in _NO_MODULE:
            return ToolMissing(
                f"{self._place} has no PowerShell module for Hyper-V",
                details=error.brief,
                resolution="Install it: `Install-WindowsFeature Hyper-V-PowerShell`.",
            )
        busy = "ObjectInUse" in error.record.id or error.record.category == "ResourceBusy"
        return HypervisorError(
            f"{self._place}: {function.partition('-')[0]} {vm}: {error.brief}",
            details=error.details,
            error_class=ErrorClass.TRANSIENT if busy else ErrorClass.PERMANENT,
        )


@cache
def _source() -> str:
    return files(__package__).joinpath("hyperv.ps1").read_text(encoding="ascii")


def _quoted(word: str) -> str:
    """Quote for PowerShell, which takes typographic quotation marks for plain ones too."""
    return "'" + "".join(one * 2 if one in _QUOTES else one for one in word) + "'"
