"""Hyper-V through our own agent, in a PowerShell engine."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from engine_shell import agent_shell

from provision.lab.hypervisor import HypervisorError, ToolMissing
from provision.lab.hypervisors.hyperv import HyperV
from provision.model.errors import ErrorClass

pytestmark = [
    pytest.mark.powershell,
    pytest.mark.skipif(not shutil.which("powershell"), reason="needs a PowerShell engine on PATH"),
]
VM = {"state": "off", "disk": "bare", "snapshots": [], "current": None, "stubborn": True}


def test_over_our_agent(tmp_path: Path) -> None:
    shell = agent_shell(tmp_path)
    (tmp_path / "machines.json").write_text(json.dumps({"it's-1": VM}))
    hyperv = HyperV(shell, "hv.example.com")
    try:
        hyperv.take("it's-1", "base", "")
        (base,) = hyperv.status("it's-1").snapshots
        assert (base.name, base.current) == ("base", True)
        assert base.taken == "2026-11-25T00:01:00Z"
        with pytest.raises(HypervisorError, match="did not end within 1 s") as raised:
            shell.run("Start-Sleep 60", 1)
        assert raised.value.error_class is ErrorClass.TRANSIENT
    finally:
        hyperv.close()


def test_without_the_module(tmp_path: Path) -> None:
    hyperv = HyperV(agent_shell(tmp_path, modules=False), "hv.example.com")
    try:
        with pytest.raises(ToolMissing, match="no PowerShell module for Hyper-V") as raised:
            hyperv.status("any")
        assert "Install-WindowsFeature" in raised.value.resolution
    finally:
        hyperv.close()
