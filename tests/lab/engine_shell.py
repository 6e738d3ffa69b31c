"""Two ways to the PowerShell engine with the double of the module Hyper-V: plain, and our agent."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

from provision.agent.operations.base import ErrorRecord
from provision.lab.hypervisors.powershell import AgentPowerShell, ScriptFailed
from provision.model.host import SimulateSettings
from provision.simulator.world.generations import starting_world
from provision.transport.local import LocalConnector

DOUBLES = Path(__file__).parent / "doubles"


class PlainShell:
    """One engine, without our agent: many scripts in little time."""

    def __init__(self, state: Path) -> None:
        self._process = subprocess.Popen(
            ["powershell", "-NoProfile", "-NonInteractive", "-File", str(DOUBLES / "shell.ps1")],
            env={**os.environ, "PSModulePath": str(DOUBLES), "DOUBLE_STATE": str(state)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def run(self, script: str, seconds: float) -> str:  # noqa: ARG002
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(base64.b64encode(script.encode()).decode() + "\n")
        stdin.flush()
        answer = json.loads(stdout.readline())
        if answer["message"]:
            raise ScriptFailed(ErrorRecord(message=answer["message"], id=answer["id"]))
        return "\n".join(answer["output"])

    def close(self) -> None: ...

    def end(self) -> None:
        self._process.communicate()


def agent_shell(folder: Path, *, modules: bool = True) -> AgentPowerShell:
    """Our own agent, on a host that has that module or not."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "contract"))
    from engine_host import EngineHost

    host = EngineHost(folder)
    host.reset(starting_world(SimulateSettings()))
    host.extra["DOUBLE_STATE"] = str(folder / "machines.json")
    if modules:
        paths = [str(DOUBLES), host.environment()["PSModulePath"]]
        host.extra["PSModulePath"] = os.pathsep.join(paths)
    return AgentPowerShell(LocalConnector(environment=host.environment(), wait=1.0), 60)
