"""The other end of `transfer`: a simulated host whose server real tools can use."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from provision.model.host import SimulateSettings
from provision.simulator.machine import ProgramResult
from provision.simulator.thread import SimulatorServer
from provision.simulator.world.generations import starting_world
from provision.simulator.world.simulated_host import SimulatedHost

USER, PASSWORD = "Administrator", "benchmark"

_STUBS = Path(__file__).parent.parent / "tests" / "contract" / "windows"
_ECHO = re.compile(r'(?P<text>\S+) >> "?(?P<file>[^"]+)"?\Z')


class EchoingHost(SimulatedHost):
    """A simulated host with cmd's `echo text >> file`, by which some tools send files."""

    def program(self, program: str, arguments: tuple[str, ...]) -> ProgramResult | None:
        """Run a modelled program, or echo."""
        match = _ECHO.match(" ".join(arguments)) if program == "echo" else None
        if match is None:
            return super().program(program, arguments)
        written = match["file"].replace("%TEMP%", os.environ["TEMP"])
        path, as_written = Path(written.replace("\\", "/")), Path(written)
        with path.open("a", encoding="ascii") as stream:
            stream.write(match["text"] + "\r\n")
        if not as_written.exists():  # .NET, unlike cmdlets, takes a backslash here for a letter.
            as_written.symlink_to(path)
        return ProgramResult()


def engine_environment(folder: Path) -> dict[str, str]:
    """Give what the real agent needs to run here, over the tests' stubs of Windows' cmdlets.

    Empty when there is no PowerShell.
    """
    if not shutil.which("powershell"):
        return {}
    (folder / "far").mkdir()
    (folder / "data").mkdir()
    world = folder / "world.json"
    world.write_text(json.dumps(starting_world(SimulateSettings()).model_dump(mode="json")))
    icacls = folder / "far" / "icacls.exe"
    icacls.write_text(f"#!{sys.executable}\n")
    icacls.chmod(0o755)
    return {
        "PROVISION_WORLD": str(world),
        "ProgramData": str(folder / "data"),
        "TEMP": str(folder / "far"),
        "PATH": f"{folder / 'far'}{os.pathsep}{os.environ['PATH']}",
        "PSENGINE_PRELUDE": os.pathsep.join(map(str, sorted(_STUBS.glob("*.ps1")))),
        "PSModulePath": str(_STUBS / "modules"),
        "PSENGINE_PRETEND": "5.1",
    }


def serve(pipe: Connection, environment: dict[str, str]) -> None:
    """Serve until the other end of the pipe is closed."""
    os.environ.update(environment)
    if environment:
        os.chdir(environment["TEMP"])
    machine = EchoingHost(SimulateSettings(speed=1))
    with SimulatorServer(machine, accounts={USER: PASSWORD}) as server:
        pipe.send(server.port)
        try:
            pipe.recv()
        except EOFError:
            machine.spool.close()
