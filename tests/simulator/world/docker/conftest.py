"""A host with docker, once for each generation, and a person who types docker commands."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from provision.model.host import SimulateSettings
from provision.simulator.machine import ProgramResult
from provision.simulator.world import programs
from provision.simulator.world.consistency import check
from provision.simulator.world.docker.container import Container
from provision.simulator.world.docker.daemon import Docker
from provision.simulator.world.files import file
from provision.simulator.world.generations import starting_world
from provision.simulator.world.knobs import knobs
from provision.simulator.world.model import World
from provision.simulator.world.timeline import advance


@cache
def built(generation: str) -> World:
    return starting_world(
        SimulateSettings(
            generation=generation, scenario="already-built", disk_free_bytes=200 * 1024**3
        )
    )


class Typist:
    """One world, and commands that each happen to their end before the next."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.seconds = 0.0

    def __call__(self, *arguments: str, code: int | None = 0) -> str:
        """Run a command; gives both of its streams, as one sees them."""
        result = self.run(*arguments)
        text = (result.stdout + result.stderr).decode()
        assert code is None or result.exit_code == code, text
        return text

    def run(self, *arguments: str) -> ProgramResult:
        ran = programs.docker(self.world, arguments)
        assert ran is not None
        self.seconds = ran.seconds
        self.world = check(ran.leave(self.world))
        return ran.result

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments).stdout)

    def error(self, *arguments: str) -> str:
        result = self.run(*arguments)
        assert result.exit_code != 0
        return result.stderr.decode()

    def write(self, path: str, text: str | bytes) -> None:
        data = text if isinstance(text, bytes) else text.encode()
        self.world = self.world.put(file(path, data))

    def build(self, dockerfile: str, *options: str, code: int = 0) -> str:
        self.write("C:\\ctx\\Dockerfile", dockerfile)
        return self("build", "-t", "made", *options, "C:\\ctx", code=code)

    def inside(self, line: str, image: str = "made", code: int | None = 0) -> str:
        """Run a line of cmd in a new container."""
        return self("run", "--rm", image, "cmd", "/c", line, code=code)

    def pass_time(self, seconds: float) -> None:
        self.world = check(advance(self.world, self.world.host_time + seconds))

    def container(self, name: str) -> Container:
        found = self.world.find(Container, name)
        assert found is not None
        return found


@pytest.fixture
def host() -> Callable[..., Typist]:
    """Make a host: its generation, and knobs."""

    def make(generation: str = "tp4", release: str = "", **settings: Any) -> Typist:
        world = built(generation)
        if settings:
            world = world.with_(knobs=knobs(SimulateSettings(generation=generation, **settings)))
        if release:
            world = world.with_(docker=Docker(client=release, server=release))
        return Typist(world)

    return make


@pytest.fixture
def tp4(host: Callable[..., Typist]) -> Typist:
    return host("tp4")


@pytest.fixture
def rtm(host: Callable[..., Typist]) -> Typist:
    return host("rtm")


@pytest.fixture
def today(host: Callable[..., Typist]) -> Typist:
    """Windows Server 2022 with a docker of today."""
    return host("2022")
