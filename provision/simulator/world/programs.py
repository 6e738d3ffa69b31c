"""Programs that the modelled host has: a few of Windows' own, docker, and those of the world.

A program outside this list is unknown and said to be so; none is ever made up.
"""

from __future__ import annotations

import ntpath
from dataclasses import dataclass

from provision.simulator.machine import ProgramResult
from provision.simulator.world import containerd, restarts
from provision.simulator.world.docker import client, happening
from provision.simulator.world.docker.play import Play
from provision.simulator.world.model import World
from provision.simulator.world.network import Adapter
from provision.simulator.world.system import Program


@dataclass(frozen=True, slots=True)
class Ran:
    """What a program did.

    Args:
        seconds: Host seconds that it takes.
        restart: It asked Windows to restart after so many host seconds.
        play: What docker's client does meanwhile.
    """

    result: ProgramResult
    seconds: float = 0.0
    restart: float | None = None
    play: Play | None = None

    def leave(self, world: World, until: float | None = None) -> World:
        """Give the world as the program leaves it.

        Args:
            until: Host seconds after which it was stopped.
        """
        if self.play is not None:
            return happening.leave(world, self.play, until)
        return world if self.restart is None else restarts.ask(world, self.restart)


def docker(world: World, arguments: tuple[str, ...], directory: str = "C:\\") -> Ran | None:
    """Run docker's client; None when docker is not installed.

    Args:
        directory: Its working directory.
    """
    play = client.play(world, arguments, directory)
    if play is None:
        return None
    stdout, stderr = (
        "".join(f"{line.text}\n" for line in play.lines if line.error is error).encode()
        for error in (False, True)
    )
    result = ProgramResult(stdout=stdout, stderr=stderr, exit_code=play.code)
    return Ran(result, play.time, play=play)


def run(
    world: World, program: str, arguments: tuple[str, ...], directory: str = "C:\\"
) -> Ran | None:
    """Run a program; None when the world has no such program.

    Args:
        directory: Its working directory.
    """
    folder, base = ntpath.split(program)
    name = base.lower().removesuffix(".exe")
    own = _of_world(world, name, arguments)
    if own is not None:
        result = ProgramResult(own.stdout.encode(), own.stderr.encode(), own.exit_code)
        return Ran(result, own.seconds)
    if folder and not folder.lower().rstrip("\\").endswith(("\\system32", "\\docker", "\\nerdctl")):
        return None
    match name:
        case "hostname":
            return _text(f"{world.windows.computer_name}\r\n")
        case "whoami":
            return _text(f"{world.account.user.lower()}\r\n")
        case "ipconfig":
            return _text("\r\nWindows IP Configuration\r\n" + _ipconfig(world))
        case "docker":
            return docker(world, arguments, directory)
        case "ping":
            return _ping(arguments)
        case "nerdctl":
            answer = containerd.run(world, arguments)
            return None if answer is None else Ran(answer)
        case "shutdown":
            return _shutdown(world, arguments)
        case "cmd":
            return _cmd(world, arguments)
        case _:
            return None


def not_found(program: str) -> str:
    """Give the agent's text for a program that is not there."""
    return f"there is no program {program}"


def _of_world(world: World, name: str, arguments: tuple[str, ...]) -> Program | None:
    exact = Program(name=name, arguments=arguments)
    return world.find(Program, exact.key) or world.find(Program, Program(name=name).key)


def _text(text: str, exit_code: int = 0) -> Ran:
    return Ran(ProgramResult(stdout=text.encode(), exit_code=exit_code))


def _ipconfig(world: World) -> str:
    return "".join(_adapter(adapter) for adapter in world.adapters)


def _adapter(adapter: Adapter) -> str:
    lines = ["", f"Ethernet adapter {adapter.name}:", ""]
    lines.append("   Connection-specific DNS Suffix  . : ")
    for address in adapter.addresses:
        bare, _, length = address.partition("/")
        if ":" in bare:
            lines.append(f"   Link-local IPv6 Address . . . . . : {bare}%{adapter.index}")
        else:
            mask = (0xFFFFFFFF << (32 - int(length))) & 0xFFFFFFFF
            dotted = ".".join(str(mask >> shift & 255) for shift in (24, 16, 8, 0))
            lines.append(f"   IPv4 Address. . . . . . . . . . . : {bare}")
            lines.append(f"   Subnet Mask . . . . . . . . . . . : {dotted}")
    lines.append(f"   Default Gateway . . . . . . . . . : {adapter.gateway}")
    return "\r\n".join(lines) + "\r\n"


def _ping(arguments: tuple[str, ...]) -> Ran | None:
    """The usual way to wait in a command line: one echo a second from the host itself."""
    words = list(arguments)
    count = 4
    if len(words) == 3 and words[0].lower() in ("-n", "/n") and words[1].isdecimal():
        count = int(words[1])
        del words[:2]
    if words not in (["127.0.0.1"], ["localhost"]) or not count:
        return None
    echo = "Reply from 127.0.0.1: bytes=32 time<1ms TTL=128\r\n"
    text = "\r\nPinging 127.0.0.1 with 32 bytes of data:\r\n" + echo * count
    return Ran(ProgramResult(stdout=text.encode()), float(count - 1))


def _shutdown(world: World, arguments: tuple[str, ...]) -> Ran | None:
    words = [word.lower().replace("-", "/", 1) for word in arguments]
    if "/r" not in words:
        return None
    after = words.index("/t") + 1 if "/t" in words else len(words)
    delay = float(words[after]) if after < len(words) and words[after].isdigit() else 30.0
    if world.boot.ending:
        text = "A system shutdown has already been scheduled.(1190)\r\n"
        return Ran(ProgramResult(stderr=text.encode(), exit_code=1190))
    return Ran(ProgramResult(), restart=delay)


def _cmd(world: World, arguments: tuple[str, ...]) -> Ran | None:
    words = list(arguments)
    while words and words[0].lower() in ("/d", "/s", "/q"):
        words.pop(0)
    if not words or words.pop(0).lower() not in ("/c", "/k"):
        return None
    line = " ".join(words).strip()
    command, _, rest = line.partition(" ")
    match command.lower():
        case "ver":
            return _text(f"\r\nMicrosoft Windows [Version {world.windows.version}]\r\n")
        case "echo" if not set(rest) & set("&|<>^%"):
            return _text(f"{rest}\r\n")
        case "exit":
            code = rest.lower().replace("/b", "").strip()
            return _text("", int(code) if code.lstrip("-").isdigit() else 0)
        case "cmd":
            return None
        case _:
            ran = run(world, command, tuple(rest.split()))
            return ran or _unknown(command)


def _unknown(command: str) -> Ran:
    text = (
        f"'{command}' is not recognized as an internal or external command,\r\n"
        "operable program or batch file.\r\n"
    )
    return Ran(ProgramResult(stderr=text.encode(), exit_code=1))
