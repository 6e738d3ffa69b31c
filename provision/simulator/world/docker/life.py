"""Containers start and end: by themselves, and together with the daemon and the host."""

from __future__ import annotations

import json

from provision.model.outcome import Json
from provision.simulator.world import paths
from provision.simulator.world.docker import ids, networking
from provision.simulator.world.docker.container import Container
from provision.simulator.world.docker.content import LayerFile
from provision.simulator.world.docker.play import stamp
from provision.simulator.world.effects import EndContainer, StartContainer
from provision.simulator.world.files import File
from provision.simulator.world.model import World
from provision.simulator.world.schedule import schedule
from provision.simulator.world.system import Service

SERVICE = "docker"
CONFIG = "C:\\ProgramData\\docker\\config\\daemon.json"
AFTER_NETWORK = 16.0
"""Host seconds after the daemon's start at which its network is there."""

KILLED = 1067
"""What a container ends with whose daemon went away: Windows' "the process terminated
unexpectedly"."""

STOPPED = 0xC000013A
"""STATUS_CONTROL_C_EXIT: what `docker stop` makes of most Windows programs."""


def daemon_answers(world: World) -> bool:
    """Tell whether the daemon answers its client."""
    service = world.find(Service, SERVICE)
    return world.docker is not None and service is not None and service.state == "running"


def start(world: World, key: str) -> World:
    """Let a container begin to run."""
    container = world.find(Container, key)
    if container is None or container.state == "running" or not daemon_answers(world):
        return world
    if networking.find(world, container.network) is None:
        return world
    address = networking.free_address(world, container.network)
    running = container.model_copy(
        update={
            "state": "running",
            "exit_code": 0,
            "started": stamp(world.clock()),
            "finished": "",
            "starts": container.starts + 1,
            "address": address,
            "mac": ids.mac(container.id) if address else "",
            "log": (*container.log, *container.output),
        }
    )
    world = world.put(running)
    if container.lifetime is None:
        return world
    ending = EndContainer(container=key, start=running.starts, exit_code=container.outcome)
    return schedule(world, container.lifetime, ending)


def end(world: World, effect: EndContainer) -> World:
    """Let a container end."""
    container = world.find(Container, effect.container)
    if container is None or container.state != "running":
        return world
    if effect.start not in (0, container.starts):
        return world
    if container.auto_remove:
        return world.remove("container", container.key)
    ended = {
        "state": "exited",
        "exit_code": effect.exit_code,
        "finished": stamp(world.clock()),
        "address": "",
        "mac": "",
    }
    return world.put(container.model_copy(update=ended))


def change(world: World, key: str, files: tuple[LayerFile, ...]) -> World:
    """Let files of a container change."""
    container = world.find(Container, key)
    if container is None:
        return world
    return world.put(container.model_copy(update={"files": (*container.files, *files)}))


def end_all(world: World) -> World:
    """End every container, as the daemon's or the host's end does."""
    for container in world.containers:
        world = end(world, EndContainer(container=container.key, exit_code=KILLED))
    return world


def follow_service(before: World, world: World) -> World:
    """Let containers and configuration follow the service, which somebody stopped or started."""
    if daemon_answers(before):
        world = end_all(world)
    return begin(world) if daemon_answers(world) else world


def begin(world: World) -> World:
    """Let the daemon read its configuration, and start what is to run always."""
    if world.docker is None or not daemon_answers(world):
        return world
    config = configuration(world) or {}
    world = world.with_(docker=world.docker.model_copy(update={"config": config}))
    for container in world.containers:
        if container.restart in ("always", "unless-stopped") and container.starts:
            # Their network may be made a moment later.
            again = StartContainer(container=container.key)
            world = schedule(start(world, container.key), AFTER_NETWORK, again)
    return world


def can_start(world: World, service: Service) -> bool:
    """Tell whether a service can start; the daemon cannot whose `daemon.json` is no JSON."""
    return service.key != SERVICE or configuration(world) is not None


def configuration(world: World) -> dict[str, Json] | None:
    """Give what `daemon.json` says; None when the daemon could not start with it."""
    file = world.find(File, paths.key(CONFIG))
    data = file.data() if file is not None else b"{}"
    if data is None:
        return {}
    try:
        found = json.loads(data.decode("utf-8-sig") or "{}")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
