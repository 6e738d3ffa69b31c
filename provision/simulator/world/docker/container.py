"""Containers of the modelled docker."""

from __future__ import annotations

from typing import Literal

from provision.simulator.world.docker.content import LayerFile
from provision.simulator.world.thing import Thing


class Container(Thing):
    """One container.

    Args:
        id: 64 hexadecimal digits.
        image: Twelve digits.
        image_name: As it was asked for.
        command: Program and arguments, entry point and all.
        env: `NAME=value` each, the image's too.
        ports: `8080:80/tcp` each.
        volumes: `C:\\host:C:\\container[:ro]` each.
        network: Its network's name.
        address: In its network, with prefix length, while it runs.
        mac: Hexadecimal digits with colons.
        restart: `no`, `always`, `on-failure` or `unless-stopped`.
        isolation: `default`, `process` or `hyperv`.
        auto_remove: It is removed at its end.
        created: ISO 8601 UTC; so are `started` and `finished`, empty before they happen.
        starts: How often it was started.
        lifetime: Host seconds from a start to its own end; None when it runs until it is stopped.
        outcome: The exit code of its own end.
        output: What it writes, `o` or `e` and a line each.
        log: What it wrote.
        files: What it changed.
    """

    noun: Literal["container"] = "container"
    id: str
    name: str
    image: str
    image_name: str
    command: tuple[str, ...]
    env: tuple[str, ...] = ()
    directory: str = ""
    hostname: str = ""
    user: str = ""
    entrypoint: tuple[str, ...] = ()
    labels: dict[str, str] = {}
    ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    network: str = "nat"
    address: str = ""
    mac: str = ""
    restart: str = "no"
    isolation: str = "default"
    memory: int = 0
    tty: bool = False
    auto_remove: bool = False
    state: Literal["created", "running", "exited"] = "created"
    exit_code: int = 0
    created: str
    started: str = ""
    finished: str = ""
    starts: int = 0
    lifetime: float | None = None
    outcome: int = 0
    output: tuple[str, ...] = ()
    log: tuple[str, ...] = ()
    files: tuple[LayerFile, ...] = ()

    @property
    def key(self) -> str:
        return self.name.lower()
