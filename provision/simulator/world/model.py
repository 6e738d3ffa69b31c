"""The world: everything there is about a modelled Windows host, as one frozen tree.

`model_dump(mode="json")` is the tree that the contract suite's PowerShell cmdlets read and change
too. A world never changes; `put`, `remove` and `with_` give another one. `consistency.check`
refuses worlds that cannot exist; `timeline.advance` lets host time pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from provision.simulator.world import paths
from provision.simulator.world.boot import Boot, Disk
from provision.simulator.world.call import Call
from provision.simulator.world.containerd import Containerd
from provision.simulator.world.docker.container import Container
from provision.simulator.world.docker.content import ImageContent
from provision.simulator.world.docker.daemon import Docker
from provision.simulator.world.docker.image import ContainerImage, Image
from provision.simulator.world.docker.network import DockerNetwork
from provision.simulator.world.effects import Entry
from provision.simulator.world.files import File, folder
from provision.simulator.world.job import Job
from provision.simulator.world.knobs import Knobs
from provision.simulator.world.lease import Lease
from provision.simulator.world.network import Adapter, Nat, Resource, Switch
from provision.simulator.world.system import (
    Account,
    Feature,
    Program,
    RegistryKey,
    ScheduledTask,
    Service,
    Windows,
)
from provision.simulator.world.thing import Frozen, Thing

T = TypeVar("T", bound=Thing)

SECTIONS: dict[str, str] = {
    "file": "files",
    "feature": "features",
    "service": "services",
    "scheduled_task": "scheduled_tasks",
    "registry_key": "registry",
    "program": "programs",
    "adapter": "adapters",
    "switch": "switches",
    "nat": "nats",
    "resource": "internet",
    "image": "images",
    "container_image": "container_images",
    "image_content": "image_contents",
    "container": "containers",
    "docker_network": "docker_networks",
    "job": "jobs",
    "call": "calls",
}
"""Where the things of each noun stand in a world."""


class World(Frozen):
    """One modelled host at one moment.

    Args:
        host_time: Host seconds since this world's beginning.
        epoch: The host's clock at host time 0, ISO 8601 UTC.
        data_folder: The agent's own folder.
        lease: None until the host was taken for the first time.
        docker: None when docker is not installed; so is `containerd`.
        images: What docker lists.
        container_images: What Windows' own store holds.
        image_contents: What is in docker's images; of one that has a tag only, a base image's.
        docker_networks: Those that somebody made.
        internet: What the host can download, or fails to.
        pending: What will happen, in order.
        next_number: For the next entry of `pending`.
        next_process: The next process id.
    """

    host_time: float = 0.0
    epoch: str
    windows: Windows
    account: Account
    boot: Boot
    disk: Disk
    data_folder: str = "C:\\ProgramData\\provision"
    files: tuple[File, ...] = ()
    features: tuple[Feature, ...] = ()
    services: tuple[Service, ...] = ()
    scheduled_tasks: tuple[ScheduledTask, ...] = ()
    registry: tuple[RegistryKey, ...] = ()
    adapters: tuple[Adapter, ...] = ()
    switches: tuple[Switch, ...] = ()
    nats: tuple[Nat, ...] = ()
    lease: Lease | None = None
    docker: Docker | None = None
    containerd: Containerd | None = None
    images: tuple[Image, ...] = ()
    container_images: tuple[ContainerImage, ...] = ()
    image_contents: tuple[ImageContent, ...] = ()
    containers: tuple[Container, ...] = ()
    docker_networks: tuple[DockerNetwork, ...] = ()
    jobs: tuple[Job, ...] = ()
    calls: tuple[Call, ...] = ()
    programs: tuple[Program, ...] = ()
    internet: tuple[Resource, ...] = ()
    knobs: Knobs
    pending: tuple[Entry, ...] = ()
    next_number: int = 1
    next_process: int = 1400

    def with_(self, **fields: Any) -> World:
        """Give the same world with other fields."""
        return self.model_copy(update=fields)

    def find(self, kind: type[T], key: str) -> T | None:
        """Give the thing of this kind with this key."""
        section: Iterable[T] = getattr(self, _section(kind))
        return next((thing for thing in section if thing.key == key.lower()), None)

    def put(self, thing: Thing) -> World:
        """Give the world with this thing in it, in place of the one with its key.

        Missing parent folders of a file are made.
        """
        world = self
        if isinstance(thing, File):
            for path in paths.parents(thing.path):
                if world.find(File, paths.key(path)) is None:
                    world = world._replace(folder(path))
        return world._replace(thing)

    def remove(self, noun: str, key: str) -> World:
        """Give the world without this thing; a folder goes with all that is in it."""
        section = SECTIONS[noun]
        kept = tuple(
            thing
            for thing in getattr(self, section)
            if thing.key != key.lower() and not (noun == "file" and paths.within(thing.path, key))
        )
        return self.with_(**{section: kept})

    def clock(self, host_time: float | None = None) -> datetime:
        """Give the host's wall clock, at a host time or now."""
        seconds = self.host_time if host_time is None else host_time
        return datetime.fromisoformat(self.epoch).astimezone(UTC) + timedelta(seconds=seconds)

    def _replace(self, thing: Thing) -> World:
        section = _section(type(thing))
        things = getattr(self, section)
        places = [place for place, old in enumerate(things) if old.key == thing.key]
        if not places:
            return self.with_(**{section: (*things, thing)})
        place = places[0]
        return self.with_(**{section: (*things[:place], thing, *things[place + 1 :])})


def _section(kind: type[Thing]) -> str:
    return SECTIONS[kind.model_fields["noun"].default]
