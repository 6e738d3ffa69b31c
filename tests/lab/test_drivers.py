"""What every driver promises, against doubles that answer in the real tools' formats.

libvirt is tested with the real thing, in `test_libvirt`.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from provision.lab.hypervisor import (
    Hypervisor,
    HypervisorError,
    SnapshotAbsent,
    VmAbsent,
    VmState,
)
from provision.lab.hypervisors.command_line import Here
from provision.lab.hypervisors.hyperv import HyperV
from provision.lab.hypervisors.vagrant import QUIET, Vagrant
from provision.lab.hypervisors.virtualbox import VirtualBox
from provision.lab.hypervisors.vmware import VMware

DOUBLES = Path(__file__).parent / "doubles"
NO_ENGINE = "" if shutil.which("powershell") else "needs a PowerShell engine on PATH"
KINDS = [
    "virtualbox",
    "vmware",
    "vagrant",
    pytest.param("hyperv", marks=[pytest.mark.skipif(bool(NO_ENGINE), reason=NO_ENGINE)]),
]
DESCRIBED = ("virtualbox",)
CURRENT_TOLD = ("virtualbox", "hyperv")


class JumpingClock:
    """Waits take no time."""

    speed = 1.0

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


@dataclass
class Rig:
    """One hypervisor with the VMs win-01 and "win 02", and their disks."""

    kind: str
    file: Path
    driver: Hypervisor

    def change(self, vm: str = "win-01", **changes: Any) -> None:
        vms = json.loads(self.file.read_text(encoding="utf-8-sig"))
        vms[vm].update(changes)
        self.file.write_text(json.dumps(vms))

    def found(self, vm: str = "win-01") -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.file.read_text(encoding="utf-8-sig"))[vm]
        return found

    def names(self, vm: str = "win-01") -> list[str]:
        return [one.name for one in self.driver.status(vm).snapshots]

    def state(self, vm: str = "win-01") -> VmState:
        return self.driver.status(vm).state


def bare() -> dict[str, Any]:
    return {"state": "off", "disk": "bare", "snapshots": [], "current": None, "stubborn": False}


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Path]]:
    """One PowerShell engine with the double of the module Hyper-V."""
    from engine_shell import PlainShell

    file = tmp_path_factory.mktemp("windows") / "machines.json"
    shell = PlainShell(file)
    yield shell, file
    shell.end()


@pytest.fixture(params=KINDS)
def rig(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Rig]:
    kind: str = request.param
    file = tmp_path / "machines.json"
    monkeypatch.setenv("DOUBLE_STATE", str(file))
    monkeypatch.setenv("PYTHONPATH", str(DOUBLES))
    monkeypatch.setenv("PATH", f"{DOUBLES}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "Vagrantfile").touch()
    driver: Hypervisor
    match kind:
        case "virtualbox":
            driver = VirtualBox("VBoxManage", Here(), JumpingClock())
        case "vmware":
            driver = VMware("vmrun", "ws", Here(), JumpingClock())
        case "vagrant":
            driver = Vagrant(tmp_path, Here(tmp_path, QUIET), JumpingClock())
        case _:
            shell, file = request.getfixturevalue("windows")
            driver = HyperV(shell, "hv.example.com", JumpingClock())
    file.write_text(json.dumps({"win-01": bare(), "win 02": bare()}))
    yield Rig(kind, file, driver)
    driver.close()


def test_a_vm_is_kept_and_reverted(rig: Rig) -> None:
    driver = rig.driver
    assert rig.names() == []
    driver.take("win-01", "base", "as installed")
    rig.change(disk="built")
    driver.take("win-01", "green 1, of 'today'", "verified")
    driver.take("win-01", "green 1, of 'today'", "verified")
    assert rig.names() == ["base", "green 1, of 'today'"]
    rig.change(disk="spoilt")

    driver.revert("win-01", "green 1, of 'today'")
    assert (rig.found()["disk"], rig.state()) == ("built", VmState.OFF)
    driver.revert("win-01", "base")
    driver.revert("win-01", "base")
    assert (rig.found()["disk"], rig.state()) == ("bare", VmState.OFF)

    told = driver.status("win-01").snapshots
    assert [one.name for one in told if one.current] == ["base"] * (rig.kind in CURRENT_TOLD)
    assert all(one.taken == "" or one.taken.endswith("Z") for one in told)
    with pytest.raises(SnapshotAbsent, match="has no snapshot never") as raised:
        driver.revert("win-01", "never")
    assert "base" in raised.value.details
    assert rig.found("win 02") == bare()


def test_power(rig: Rig) -> None:
    driver = rig.driver
    driver.start("win 02")
    driver.start("win 02")
    assert (rig.state("win 02"), rig.state()) == (VmState.RUNNING, VmState.OFF)
    driver.stop("win 02", 60)
    driver.stop("win 02", 60)
    assert rig.state("win 02") is VmState.OFF
    driver.start("win-01")
    rig.change(stubborn=True)
    driver.stop("win-01", 1.5)
    assert rig.state() is VmState.OFF


def test_the_memory_of_a_running_vm_is_kept_too(rig: Rig) -> None:
    driver = rig.driver
    driver.take("win-01", "base", "")
    driver.start("win-01")
    rig.change(disk="at work")
    driver.take("win-01", "live", "")
    driver.revert("win-01", "base")
    assert rig.state() is VmState.OFF
    driver.start("win-01")
    driver.revert("win-01", "live")
    assert rig.found()["disk"] == "at work"
    if rig.kind == "vmware":  # vmrun does not tell a suspended VM from one that is off.
        assert rig.found()["state"] == "saved"
        driver.start("win-01")
    assert rig.state() is VmState.RUNNING


def test_another_snapshot_of_the_same_name(rig: Rig) -> None:
    rig.driver.take("win-01", "green", "of Monday")
    if rig.kind not in DESCRIBED:
        rig.driver.take("win-01", "green", "of Tuesday")
        return
    with pytest.raises(HypervisorError, match="another snapshot green") as raised:
        rig.driver.take("win-01", "green", "of Tuesday")
    assert "of Monday" in raised.value.details


def test_what_others_need_is_not_deleted(rig: Rig) -> None:
    driver = rig.driver
    driver.take("win-01", "base", "")
    with pytest.raises(HypervisorError, match="not deleted"):
        driver.delete("win-01", "base")
    driver.take("win-01", "green-1", "")
    rig.change(disk="built on green-1")
    driver.take("win-01", "green-2", "")
    driver.delete("win-01", "green-1")
    driver.delete("win-01", "green-1")
    assert rig.names() == ["base", "green-2"]
    driver.revert("win-01", "green-2")
    assert rig.found()["disk"] == "built on green-1"
    if rig.kind in CURRENT_TOLD:
        with pytest.raises(HypervisorError, match="the VM's disk goes on from it"):
            driver.delete("win-01", "green-2")
    assert rig.names() == ["base", "green-2"]


def test_what_is_not_there(rig: Rig) -> None:
    driver = rig.driver
    assert driver.status("nobody").state is VmState.ABSENT
    asked: list[Callable[[], None]] = [
        lambda: driver.start("nobody"),
        lambda: driver.stop("nobody", 1),
        lambda: driver.revert("nobody", "base"),
        lambda: driver.take("nobody", "base", ""),
    ]
    for ask in asked if rig.kind != "hyperv" else asked[:1]:
        with pytest.raises(VmAbsent, match="nobody"):
            ask()


def test_names_that_a_command_line_would_misread(rig: Rig) -> None:
    for name in ("--all", "", "two\nlines"):
        with pytest.raises(HypervisorError, match="cannot be the name"):
            rig.driver.start(name)
    with pytest.raises(HypervisorError, match="cannot be the name"):
        rig.driver.take("win-01", "--all", "")
    if rig.kind == "vmware":
        with pytest.raises(HypervisorError, match="slash"):
            rig.driver.take("win-01", "a/b", "")
