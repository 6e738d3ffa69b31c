"""containerd of the modelled host, and what its client nerdctl says.

The form of `nerdctl version` is what users posted of it on Windows (microsoft/Windows-Containers,
issue 483); what it says when containerd is down is a GUESS after its messages on Linux.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provision.simulator.machine import ProgramResult
from provision.simulator.world.system import Service
from provision.simulator.world.thing import Frozen

if TYPE_CHECKING:
    from provision.simulator.world.model import World

SERVICE = "containerd"
_DOWN = (
    'time="{time}" level=fatal msg="cannot access containerd socket '
    '\\"\\\\\\\\.\\\\pipe\\\\containerd-containerd\\": no such file or directory"'
)


class Containerd(Frozen):
    """An installed containerd.

    Args:
        version: Its own; so is `nerdctl` its client's, both without a v in front.
        images: References of the images that it has.
    """

    version: str
    nerdctl: str
    images: tuple[str, ...] = ()


def answers(world: World) -> bool:
    """Tell whether containerd answers its client."""
    service = world.find(Service, SERVICE)
    return world.containerd is not None and service is not None and service.state == "running"


def down(world: World) -> str:
    """Give what the client says when containerd does not answer."""
    return _DOWN.format(time=world.clock().strftime("%Y-%m-%dT%H:%M:%SZ"))


def run(world: World, arguments: tuple[str, ...]) -> ProgramResult | None:
    """Run nerdctl; None when it is not installed."""
    if world.containerd is None:
        return None
    command = arguments[0] if arguments else ""
    if command == "version":
        return _version(world, world.containerd)
    if command == "images":
        return _images(world, world.containerd)
    text = f"nerdctl {command}: this simulated host runs no containers in containerd.\r\n"
    return ProgramResult(stderr=text.encode(), exit_code=1)


def _version(world: World, installed: Containerd) -> ProgramResult:
    client = f"Client:\r\n Version:\tv{installed.nerdctl}\r\n OS/Arch:\twindows/amd64\r\n"
    if not answers(world):
        return ProgramResult(client.encode(), (down(world) + "\r\n").encode(), 1)
    server = f"\r\nServer:\r\n containerd:\r\n  Version:\tv{installed.version}\r\n"
    return ProgramResult((client + server).encode())


def _images(world: World, installed: Containerd) -> ProgramResult:
    if not answers(world):
        return ProgramResult(stderr=(down(world) + "\r\n").encode(), exit_code=1)
    return ProgramResult("".join(f"{line}\r\n" for line in table(installed)).encode())


def table(installed: Containerd) -> tuple[str, ...]:
    """Give the lines of `nerdctl images`."""
    rows = [reference.rpartition(":") for reference in installed.images]
    return ("REPOSITORY    TAG", *(f"{name}    {tag}" for name, _, tag in rows))
