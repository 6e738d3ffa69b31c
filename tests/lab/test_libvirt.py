"""The driver of libvirt, with a real VM in QEMU that counts its boots."""

from __future__ import annotations

import time
from typing import Any

import pytest

from provision.lab.hypervisor import ToolMissing, VmAbsent, VmState
from provision.lab.hypervisors.command_line import Here
from provision.lab.hypervisors.libvirt import Libvirt

SESSION = "qemu:///session"


def boot(vms: Any, libvirt: Libvirt, name: str) -> int:
    """Start a VM, wait until it has counted, stop it; gives what it counted."""
    before = vms.boots(name)
    libvirt.start(name)
    libvirt.start(name)
    assert libvirt.status(name).state is VmState.RUNNING
    for _ in range(100):
        if vms.boots(name) > before:
            break
        time.sleep(0.2)
    libvirt.stop(name, 0.5)
    libvirt.stop(name, 0.5)
    assert libvirt.status(name).state is VmState.OFF
    return int(vms.boots(name))


def test_a_vm_is_started_stopped_kept_and_reverted(
    vms: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", vms.path)
    libvirt = Libvirt(SESSION, Here())
    vms.define("driven")
    assert [one.name for one in libvirt.status("driven").snapshots] == ["base"]
    assert boot(vms, libvirt, "driven") == 1
    libvirt.take("driven", "green-1", "after one boot")
    libvirt.take("driven", "green-1", "after one boot")
    assert boot(vms, libvirt, "driven") == 2

    libvirt.revert("driven", "green-1")
    assert vms.boots("driven") == 1
    snapshots = libvirt.status("driven").snapshots
    assert [(one.name, one.current) for one in snapshots] == [("base", False), ("green-1", True)]
    assert all(one.taken.startswith("20") for one in snapshots)

    libvirt.start("driven")
    libvirt.revert("driven", "base")
    assert libvirt.status("driven").state is VmState.OFF
    assert vms.boots("driven") == 0
    libvirt.delete("driven", "green-1")
    libvirt.delete("driven", "green-1")
    assert [one.name for one in libvirt.status("driven").snapshots] == ["base"]


def test_what_is_not_there(vms: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", vms.path)
    libvirt = Libvirt(SESSION, Here())
    assert libvirt.status("nobody-here").state is VmState.ABSENT
    with pytest.raises(VmAbsent, match="nobody-here") as raised:
        libvirt.start("nobody-here")
    assert "list --all" in raised.value.resolution
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ToolMissing, match="not on the PATH"):
        libvirt.status("driven")
