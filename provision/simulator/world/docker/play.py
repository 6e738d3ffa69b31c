"""What a command writes and changes, moment by moment, collected before it happens.

A play is made against a world and changes none: `world` is what the world will be when all of it
has happened, so far as it goes. Who carries a play out is elsewhere: `programs` and `playing`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf
from typing import NoReturn

from provision.simulator.world.docker.daemon import Docker
from provision.simulator.world.effects import (
    DockerCount,
    Effect,
    InstallDocker,
    Put,
    Remove,
    UseDisk,
)
from provision.simulator.world.model import World

BUSY = (0.60, 9_000_000.0)
"""Processor seconds and bytes per host second of docker's own work on layers."""

FETCHING = (0.10, 12_500_000.0)
SLOW = (0.25, 1_200_000.0)
"""A program in a container that writes nothing for long, and works."""

WAITING = (0.02, 10_000.0)
STILL = (0.0, 0.0)


class PlayEnds(Exception):
    """The command does nothing more."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that the command writes.

    Args:
        at: Host seconds since it began.
        error: To its standard error.
    """

    at: float
    text: str
    error: bool = False


@dataclass(frozen=True, slots=True)
class Happening:
    """A change of the world."""

    at: float
    effect: Effect


@dataclass(frozen=True, slots=True)
class Pace:
    """Signs of life from a moment on."""

    at: float
    cpu_rate: float
    io_rate: float


@dataclass(slots=True)
class Play:
    """One command's play under construction; see the module."""

    world: World
    directory: str = "C:\\"
    time: float = 0.0
    lines: list[Line] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)
    paces: list[Pace] = field(default_factory=list)
    code: int = 0

    @property
    def docker(self) -> Docker:
        """The installed docker; there is one, or there would be no play."""
        assert self.world.docker is not None
        return self.world.docker

    @property
    def endless(self) -> bool:
        """It never comes to its end."""
        return self.time == inf

    def now(self) -> str:
        """Give the host's clock at this moment, as docker writes times."""
        return stamp(self.world.clock() + timedelta(seconds=self.time))

    def say(self, *lines: str) -> None:
        """Write lines now."""
        self.lines.extend(Line(self.time, line) for line in lines)

    def complain(self, *lines: str) -> None:
        """Write lines to standard error now."""
        self.lines.extend(Line(self.time, line, error=True) for line in lines)

    def wait(self, seconds: float, pace: tuple[float, float] = BUSY) -> None:
        """Let host seconds pass, with signs of life at this pace."""
        self.paces.append(Pace(self.time, *pace))
        self.time += seconds

    def do(self, *effects: Effect) -> None:
        """Change the world now."""
        for effect in effects:
            self.happenings.append(Happening(self.time, effect))
            self.world = _foresee(self.world, effect)

    def number(self) -> int:
        """Give a number that no thing of this docker has had."""
        self.do(DockerCount(made=1))
        return self.docker.made

    def end(self, code: int = 0) -> NoReturn:
        """End with this exit code."""
        self.code = code
        raise PlayEnds

    def fail(self, *lines: str, code: int = 1) -> NoReturn:
        """Write to standard error and end."""
        self.complain(*lines)
        self.end(code)

    def hang(self) -> NoReturn:
        """Stand still for good, alive."""
        self.wait(inf, STILL)
        raise PlayEnds

    def use_disk(self, size: int) -> bool:
        """Take room on the disk; false when there is not so much."""
        if size > self.world.disk.free_bytes:
            return False
        self.do(UseDisk(bytes=size))
        return True


def stamp(moment: datetime) -> str:
    """Give a time as docker's JSON has it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _foresee(world: World, effect: Effect) -> World:
    match effect:
        case Put(thing=thing):
            return world.put(thing)
        case Remove(noun=noun, key=key):
            return world.remove(noun, key)
        case InstallDocker(docker=docker):
            return world.with_(docker=docker)
        case DockerCount() as count:
            return world.with_(docker=counted(world.docker, count))
        case UseDisk(bytes=used):
            free = min(max(0, world.disk.free_bytes - used), world.disk.total_bytes)
            return world.with_(disk=world.disk.model_copy(update={"free_bytes": free}))
        case _:
            return world


def counted(docker: Docker | None, count: DockerCount) -> Docker | None:
    """Give docker with its counters further on."""
    if docker is None:
        return None
    return docker.model_copy(
        update={
            "made": docker.made + count.made,
            "failed_pulls": docker.failed_pulls + count.failed_pulls,
        }
    )
