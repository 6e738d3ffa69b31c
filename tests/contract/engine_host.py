"""The real agent in a PowerShell engine, over stubs of Windows' cmdlets that read a world."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tenacity import Retrying, stop_after_attempt

from provision.agent.client import AgentClient
from provision.agent.operations import OPERATIONS
from provision.agent.operations.base import OperationError
from provision.agent.ready import Ready
from provision.simulator.world.model import World
from provision.transport.channel import Connector
from provision.transport.local import LocalConnector

HERE = Path(__file__).parent
STUBS = sorted((HERE / "windows").glob("*.ps1"))
FAKE_PROGRAM = HERE / "windows" / "fake_program.py"
ALWAYS = ("icacls", "shutdown")


Connect = Callable[[dict[str, str]], Connector]


def _locally(environment: dict[str, str]) -> Connector:
    return LocalConnector(environment=environment, wait=1.0)


class RealClock:
    speed = 1.0

    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class EngineHost:
    """One agent process with its own folders; the world can be changed under it at any time.

    Args:
        connect: Gives a connector to a PowerShell in that environment; one on this machine unless
            given.
    """

    def __init__(self, folder: Path, pretend: str = "5.1", connect: Connect | None = None) -> None:
        self._connect = connect or _locally
        self.pretend = pretend
        self.extra: dict[str, str] = {}
        self.folder = folder
        self.root = folder / "root"
        self.data = folder / "data" / "provision"
        self.bin = folder / "bin"
        self.world_file = folder / "world.json"
        self.channel: Any = None
        self.client: AgentClient | None = None
        self.bin.mkdir(exist_ok=True)
        (folder / "data").mkdir(exist_ok=True)

    def reset(self, world: World) -> None:
        """Give the host another world, and take away what the last one left."""
        self.end_jobs()
        for path in (self.root, self.data / "jobs", self.data / "runs", self.data / "calls"):
            shutil.rmtree(path, ignore_errors=True)
        for name in ("lease.json", "lease.lock"):
            (self.data / name).unlink(missing_ok=True)
        self.root.mkdir()
        self.write_world(world)
        for path in self.bin.iterdir():
            path.unlink()
        names = {program.name.removesuffix(".exe") for program in world.programs}
        docker = {"docker"} if world.docker is not None else set()
        nerdctl = {"nerdctl"} if world.containerd is not None else set()
        for name in {*ALWAYS, *docker, *nerdctl, *names}:
            script = self.bin / f"{name}.exe"
            script.write_text(f"#!{sys.executable}\n{FAKE_PROGRAM.read_text()}")
            script.chmod(script.stat().st_mode | stat.S_IXUSR)
            if name not in ALWAYS:
                (self.bin / name).symlink_to(script)

    def write_world(self, world: World) -> None:
        self.world_file.write_text(json.dumps(world.model_dump(mode="json")))

    def world(self) -> World:
        return World.model_validate(json.loads(self.world_file.read_text(encoding="utf-8-sig")))

    def environment(self) -> dict[str, str]:
        return {
            "PROVISION_WORLD": str(self.world_file),
            "ProgramData": str(self.folder / "data"),
            "ProgramFiles": str(self.folder / "programs"),
            "SystemRoot": str(self.folder / "windows"),
            "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
            "PSENGINE_PRELUDE": os.pathsep.join(map(str, STUBS)),
            "PSModulePath": str(HERE / "windows" / "modules"),
            "PSENGINE_PRETEND": self.pretend,
            **self.extra,
        }

    def start(self) -> Ready:
        """Start another agent; the old one, if there is one, is ended first."""
        self.close()
        self.channel = self._connect(self.environment()).channel()
        self.client = AgentClient(
            self.channel,
            retrying=lambda: Retrying(stop=stop_after_attempt(1), reraise=True),
            clock=RealClock(),
        )
        return self.client.start()

    def close(self) -> None:
        if self.client:
            self.client.close()
        self.client = None

    def end_jobs(self) -> None:
        """End the runners that a test left behind, each by its own record."""
        for record in self.data.glob("jobs/*/process.json"):
            if not (record.parent / "exit.json").exists():
                with suppress(OSError, ValueError, KeyError):
                    os.kill(
                        json.loads(record.read_text(encoding="utf-8-sig"))["id"], signal.SIGKILL
                    )

    def perform(self, op: str, params: dict[str, Any], check: bool = False) -> dict[str, Any]:
        """Let the agent carry out an operation; gives its answer, or its error, as plain data."""
        assert self.client
        try:
            answer = self.client.call(OPERATIONS[op].model_validate(params), check=check)
        except OperationError as error:
            return {"error": error.record.model_dump(mode="json")}
        return answer.model_dump(mode="json")
