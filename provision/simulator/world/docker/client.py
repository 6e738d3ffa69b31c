"""The docker client: which command does what."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from provision.simulator.world.docker.commands import (
    archives,
    asking,
    building,
    containers,
    images,
    inspecting,
    networks,
    pulling,
    running,
)
from provision.simulator.world.docker.play import Play, PlayEnds
from provision.simulator.world.model import World

Command = Callable[[Play, tuple[str, ...]], None]

COMMANDS: dict[str, Command] = {
    "build": building.build,
    "create": running.create,
    "exec": running.exec_,
    "history": images.history,
    "images": images.images,
    "info": asking.info,
    "inspect": inspecting.inspect,
    "kill": containers.kill,
    "load": archives.load,
    "logs": containers.logs,
    "manifest": pulling.manifest,
    "network": networks.network,
    "ps": containers.ps,
    "pull": pulling.pull,
    "restart": containers.restart,
    "rm": containers.rm,
    "rmi": images.rmi,
    "run": running.run,
    "save": archives.save,
    "search": pulling.search,
    "start": containers.start,
    "stop": containers.stop,
    "tag": images.tag,
    "version": asking.version,
    "wait": containers.wait,
}
_OF_OBJECTS = {
    ("container", "ls"): "ps",
    ("container", "list"): "ps",
    ("image", "ls"): "images",
    ("image", "list"): "images",
    ("image", "rm"): "rmi",
    ("system", "info"): "info",
}
_TYPED = ("container", "image")


def play(world: World, arguments: tuple[str, ...], directory: str = "C:\\") -> Play | None:
    """Make a command's play; None when docker is not installed.

    Args:
        directory: The client's working directory.
    """
    if world.docker is None:
        return None
    made = Play(world=world, directory=directory)
    with suppress(PlayEnds):
        _run(made, arguments)
    return made


def _run(made: Play, arguments: tuple[str, ...]) -> None:
    rest = list(arguments)
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        if option in ("-v", "--version"):
            made.say(f"Docker version {made.docker.client}, build 0000000")
            return
        if "=" not in option and option in ("-H", "--host", "--config", "-l", "--log-level"):
            del rest[:1]
    name = rest.pop(0) if rest else ""
    # Since 1.13 the commands stand below what they are about, too.
    if made.docker.since(1, 13) and name in (*_TYPED, "system", "network") and rest:
        if name in _TYPED and rest[0] == "inspect":
            inspecting.inspect(made, ("--type", name, *rest[1:]))
            return
        mapped = _OF_OBJECTS.get((name, rest[0]), rest[0] if name in _TYPED else "")
        if mapped in COMMANDS:
            COMMANDS[mapped](made, tuple(rest[1:]))
            return
    command = COMMANDS.get(name)
    if command is None:
        made.fail(f"docker: '{name}' is not a docker command.", "See 'docker --help'.")
    command(made, tuple(rest))
