"""Refuses worlds that cannot exist, so that nobody rehearses against one."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Callable, Iterator

from provision.model.errors import ProvisionError
from provision.simulator.world import paths
from provision.simulator.world.docker import networking, store
from provision.simulator.world.docker.life import daemon_answers
from provision.simulator.world.model import SECTIONS, World
from provision.simulator.world.system import Feature, Service


class ImpossibleWorld(ProvisionError):
    """A world that no Windows host could be in."""


def check(world: World) -> World:
    """Give the world back.

    Raises:
        ImpossibleWorld: With everything that is wrong, one line each.
    """
    found = tuple(problems(world))
    if found:
        raise ImpossibleWorld(
            f"the simulated host cannot exist: {found[0]}",
            details="\n".join(found),
            resolution="Mend the world that was given, or reset the simulated host.",
        )
    return world


def problems(world: World) -> Iterator[str]:
    """Say everything that is wrong with a world."""
    yield from _keys(world)
    yield from _files(world)
    yield from _network(world)
    yield from _docker(world)
    yield from _services(world)
    yield from _jobs(world)
    yield from _calls(world)
    yield from _time(world)


def _keys(world: World) -> Iterator[str]:
    for noun, section in SECTIONS.items():
        keys = [thing.key for thing in getattr(world, section)]
        for key in sorted(key for key, count in Counter(keys).items() if count > 1):
            yield f"two of the kind {noun} are at {key!r}"


def _files(world: World) -> Iterator[str]:
    folders = {each.key for each in world.files if each.kind == "folder"}
    for each in world.files:
        if paths.normal(each.path) != each.path or paths.is_root(each.path):
            yield f"the path {each.path!r} is not a normal one"
            continue
        above = paths.parent(each.path)
        if not paths.is_root(above) and paths.key(above) not in folders:
            yield f"{each.path!r} stands in no folder"
        if each.kind == "folder" and (each.size or each.sha256 or each.content is not None):
            yield f"the folder {each.path!r} has content"
        if each.content is not None and (each.size + 2) // 3 * 4 != len(each.content):
            yield f"the file {each.path!r} has another length than its content"
    free, total = world.disk.free_bytes, world.disk.total_bytes
    if not 0 <= free <= total:
        yield f"{free} of {total} bytes of the disk are free"


def _network(world: World) -> Iterator[str]:
    switches = {switch.key: switch for switch in world.switches}
    on_switch = {adapter.switch.lower() for adapter in world.adapters if adapter.switch}
    for switch in world.switches:
        if switch.type != "Private" and switch.key not in on_switch:
            yield f"the {switch.type} switch {switch.name!r} has no vEthernet adapter"
        if switch.type == "NAT" and not switch.nat_subnet:
            yield f"the NAT switch {switch.name!r} has no subnet"
        physical = {adapter.key for adapter in world.adapters if not adapter.switch}
        if switch.type == "External" and switch.adapter.lower() not in physical:
            yield f"the external switch {switch.name!r} has no physical adapter"
    for adapter in world.adapters:
        if adapter.switch and adapter.switch.lower() not in switches:
            yield f"the adapter {adapter.name!r} is on no switch"
        for address in adapter.addresses:
            if not _is(ipaddress.ip_interface, address):
                yield f"{address!r} of the adapter {adapter.name!r} is no address"
    for nat in world.nats:
        if not _is(ipaddress.ip_network, nat.prefix):
            yield f"{nat.prefix!r} of the NAT {nat.name!r} is no network"
    if world.switches and not _has_feature(world, "containers", "hyper-v"):
        yield "there are virtual switches without Containers or Hyper-V"


def _docker(world: World) -> Iterator[str]:
    if world.images and world.docker is None:
        yield "there are docker images without docker"
    if world.container_images and not _has_feature(world, "containers"):
        yield "there are container images without the Containers feature"
    yield from _containers(world)
    service = world.find(Service, "docker")
    if service is not None and world.docker is None:
        yield "there is a docker service without docker"


def _containers(world: World) -> Iterator[str]:
    if world.docker is None and (world.containers or world.image_contents or world.docker_networks):
        yield "there are containers, images or networks of docker without docker"
    contents = {each.id: each for each in store.all_contents(world)}
    for kind, found in (
        ("containers", [each.id for each in world.containers]),
        ("networks", [each.id for each in networking.networks(world)]),
        ("networks", [each.key for each in networking.networks(world)]),
    ):
        if len(set(found)) < len(found):
            yield f"two {kind} of docker have one id or name"
    for container in world.containers:
        if container.image not in contents:
            yield f"the container {container.name!r} is of an image that is not there"
        if container.state == "running" and not daemon_answers(world):
            yield f"the container {container.name!r} runs and the docker service does not"
        if container.state == "running" and not container.started:
            yield f"the container {container.name!r} runs and was never started"
        lost = networking.find(world, container.network) is None
        if lost and container.state == "running":
            yield f"the container {container.name!r} runs on a network that is not there"
    for image in world.image_contents:
        if image.parent and image.parent not in contents and not image.cached:
            yield f"the image {image.id} has a parent that is not there"
        if not image.layers:
            yield f"the image {image.id} has no layers"


def _services(world: World) -> Iterator[str]:
    for service in world.services:
        if service.state == "running" and not service.starts:
            yield f"the service {service.name!r} runs and cannot start"
    for feature in world.features:
        if feature.pending and not feature.needs_restart:
            yield f"the feature {feature.name!r} waits for a restart that it does not need"


def _jobs(world: World) -> Iterator[str]:
    for job in world.jobs:
        if job.boot > world.boot.number:
            yield f"the job {job.id!r} is of a boot to come"
        if job.exit is not None and job.gone:
            yield f"the job {job.id!r} ended and is gone"
        if job.boot < world.boot.number and any(each.job == job.key for each in world.pending):
            yield f"the job {job.id!r} of an earlier boot still works"
        first = job.log[0].number if job.log else 1
        if [each.number for each in job.log] != list(range(first, first + len(job.log))):
            yield f"the records of the job {job.id!r} are not counted one by one"
        if (first == 1) != (job.log_base == 0):
            yield f"the first records of the job {job.id!r} are gone, or are not"
        if not job.started_at <= job.last_record_at <= world.host_time:
            yield f"the records of the job {job.id!r} are of another time than it"


def _calls(world: World) -> Iterator[str]:
    for call in world.calls:
        if call.boot > world.boot.number:
            yield f"the call {call.id!r} is of a boot to come"
        if call.answer is not None and call.gone:
            yield f"the call {call.id!r} was answered and is gone"
        if call.answer is not None and call.stopped:
            yield f"the call {call.id!r} was answered and stopped"


def _time(world: World) -> Iterator[str]:
    order = [(entry.at, entry.number) for entry in world.pending]
    if order != sorted(order):
        yield "what is to come is not in order"
    if order and order[0][0] < world.host_time:
        yield "something is due in the past"
    if world.boot.began > world.host_time:
        yield "the boot began in the future"
    if world.boot.ending and not world.boot.listening and not world.pending:
        yield "the host goes down and nothing will bring it back"
    for entry in world.pending:
        if entry.boot is not None and entry.boot != world.boot.number:
            yield f"an entry of boot {entry.boot} is left in boot {world.boot.number}"


def _has_feature(world: World, *names: str) -> bool:
    found = (world.find(Feature, name) for name in names)
    # One that was removed works on until the restart that it waits for.
    return any(feature is not None and (feature.installed or feature.pending) for feature in found)


def _is(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True
