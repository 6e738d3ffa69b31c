"""Stands in for a program of the world; run under the program's own name."""

import json
import os
import sys
import time
from pathlib import Path
from typing import NoReturn

name = Path(sys.argv[0]).name.lower().removesuffix(".exe")
arguments = sys.argv[1:]
world = json.loads(Path(os.environ["PROVISION_WORLD"]).read_text(encoding="utf-8-sig"))


def leave(stdout: bytes = b"", stderr: bytes = b"", code: int = 0) -> NoReturn:
    """Write and end at once."""
    for stream, data in ((1, stdout), (2, stderr)):
        while data:
            data = data[os.write(stream, data) :]
    os._exit(code)


def containerd() -> NoReturn:
    """Write what the simulated client writes: the agent must read from it what we mean."""
    from provision.simulator.world import containerd as containerd_client
    from provision.simulator.world.model import World

    result = containerd_client.run(World.model_validate(world), tuple(arguments))
    assert result
    leave(result.stdout, result.stderr, result.exit_code)


def docker() -> NoReturn:
    """Write what the simulated client writes, and do to the world what it does, at once.

    The agent must read from it what we mean.
    """
    from provision.simulator.world import programs
    from provision.simulator.world.model import World

    before = World.model_validate(world)
    ran = programs.docker(before, tuple(arguments), str(Path.cwd()))
    assert ran
    after = ran.leave(before)
    if after != before:
        path = os.environ["PROVISION_WORLD"]
        Path(f"{path}.docker").write_text(json.dumps(after.model_dump(mode="json")))
        Path(f"{path}.docker").replace(path)
    leave(ran.result.stdout, ran.result.stderr, ran.result.exit_code)


if name == "docker":
    docker()
if name == "nerdctl":
    containerd()
if name == "shutdown":
    with Path(os.environ["PROVISION_WORLD"] + ".shutdown").open("a") as calls:
        calls.write(json.dumps(arguments) + "\n")
if name in ("icacls", "shutdown"):
    leave()
for program in world["programs"]:
    known = program["name"].lower().removesuffix(".exe") == name
    if known and program["arguments"] in (None, arguments):
        time.sleep(program["seconds"])
        leave(program["stdout"].encode(), program["stderr"].encode(), program["exit_code"])
leave(stderr=f"{name}: the world does not know these arguments: {arguments}\n".encode(), code=9)
