"""The docker client on the modelled host: `docker version`, `docker images`, `docker ps`.

Everything else is refused in plain words: no container runs in a simulated host.
"""

from __future__ import annotations

import json
from datetime import datetime

from provision.simulator.machine import ProgramResult
from provision.simulator.world.docker import Docker, Image
from provision.simulator.world.model import World
from provision.simulator.world.system import Service

_REFUSED = (
    "An error occurred trying to connect: Get http://127.0.0.1:2375/{path}: dial tcp "
    "127.0.0.1:2375: connectex: No connection could be made because the target machine actively "
    "refused it."
)
_NO_PIPE = (
    "error during connect: Get http://%2F%2F.%2Fpipe%2Fdocker_engine/{path}: open "
    "//./pipe/docker_engine: The system cannot find the file specified."
)


def daemon_answers(world: World) -> bool:
    """Tell whether the daemon answers its client."""
    service = world.find(Service, "docker")
    return world.docker is not None and service is not None and service.state == "running"


def cannot_connect(docker: Docker, path: str) -> str:
    """Give what the client says when the daemon does not answer."""
    return (_NO_PIPE if docker.json_format else _REFUSED).format(path=path)


def run(world: World, arguments: tuple[str, ...]) -> ProgramResult | None:
    """Run the client; None when docker is not installed."""
    if world.docker is None:
        return None
    command = arguments[0] if arguments else ""
    if command == "version":
        return _version(world, world.docker)
    if command == "images":
        return _images(world, world.docker, arguments[1:])
    if command == "ps":
        header = "CONTAINER ID        IMAGE               COMMAND             CREATED\r\n"
        return _answered(world, world.docker, "v1.22/containers/json", header)
    return ProgramResult(
        stderr=f"docker {command}: this simulated host runs no containers; it answers version, "
        "images and ps.\r\n".encode(),
        exit_code=1,
    )


def _version(world: World, docker: Docker) -> ProgramResult:
    client = _part("Client", docker.client)
    if not daemon_answers(world):
        message = cannot_connect(docker, "v1.22/version") + "\r\n"
        return ProgramResult(stdout=client.encode(), stderr=message.encode(), exit_code=1)
    return ProgramResult(stdout=(client + "\r\n" + _part("Server", docker.server)).encode())


def _part(name: str, version: str) -> str:
    return f"{name}:\r\n Version:      {version}\r\n OS/Arch:      windows/amd64\r\n"


def _images(world: World, docker: Docker, options: tuple[str, ...]) -> ProgramResult:
    if any(option.startswith("--format") for option in options):
        if not docker.json_format:
            return ProgramResult(
                stderr=b"flag provided but not defined: --format\r\n",
                exit_code=125,
            )
        rows = (
            json.dumps({"Repository": image.repository, "Tag": image.tag, "ID": image.id})
            for image in world.images
        )
        return _answered(world, docker, "v1.24/images/json", "".join(f"{row}\r\n" for row in rows))
    head = f"{'REPOSITORY':<20}{'TAG':<20}{'IMAGE ID':<20}{'CREATED':<20}VIRTUAL SIZE"
    table = "".join(f"{row}\r\n" for row in (head, *(_row(world, each) for each in world.images)))
    return _answered(world, docker, "v1.22/images/json", table)


def _row(world: World, image: Image) -> str:
    age = world.clock() - datetime.fromisoformat(image.created)
    created = f"{age.days // 7} weeks ago"
    return f"{image.repository:<20}{image.tag:<20}{image.id:<20}{created:<20}{image.size}"


def _answered(world: World, docker: Docker, path: str, output: str) -> ProgramResult:
    if not daemon_answers(world):
        message = cannot_connect(docker, path) + "\r\n"
        return ProgramResult(stderr=message.encode(), exit_code=1)
    return ProgramResult(stdout=output.encode())
