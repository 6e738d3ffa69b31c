"""What a rebuild needs of the world beside the hypervisor."""

from __future__ import annotations

from typing import Protocol

from provision.lab.lab import Vm
from provision.lab.night import PlaybookRun


class Hands(Protocol):
    """Builds and verifies the hosts that VMs are; made by the command line."""

    def reverted(self, vm: Vm) -> None:
        """Take note that the VM is as its snapshot was; a simulated guest is made new here."""

    def await_usable(self, vm: Vm, seconds: float) -> None:
        """Wait until the host gives an authenticated answer and its boot has settled.

        Raises:
            ProvisionError: It did not within so many seconds.
        """

    def playbooks(self, vm: Vm) -> tuple[tuple[str, ...], str]:
        """Give the playbooks of a VM in order, and one hash of all of them.

        Raises:
            InputError: With everything that is wrong in them.
        """

    def run(self, vm: Vm, work: str, playbook: str, *, fresh: bool) -> PlaybookRun:
        """Run one playbook: `up` or `verify`.

        Args:
            fresh: Do not go on with an earlier run: the VM was reverted.
        """

    def asked_to_stop(self) -> bool:
        """Tell whether somebody asked the whole to stop."""

    def say(self, vm: str, text: str) -> None:
        """Tell people what goes on."""
