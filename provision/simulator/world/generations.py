"""The worlds in which simulated hosts begin, from TP4 to Windows Server 2025."""

from __future__ import annotations

import ipaddress
import uuid

from provision.model.host import SimulateSettings
from provision.simulator.world import restarts, windows
from provision.simulator.world.boot import Boot, Disk
from provision.simulator.world.consistency import check
from provision.simulator.world.editions import EDITIONS
from provision.simulator.world.files import folder, opaque
from provision.simulator.world.installer import plan
from provision.simulator.world.installer.scripts import (
    PUBLISHED,
    TODAY,
    VANISHED,
    kind_of,
    usual,
)
from provision.simulator.world.job import Activity, Job
from provision.simulator.world.knobs import knobs
from provision.simulator.world.model import World
from provision.simulator.world.network import Adapter, Resource
from provision.simulator.world.system import Account, Feature, RegistryKey
from provision.simulator.world.timeline import advance

_DISK_BYTES = 60 * 1024**3
_UP_SINCE = 1260.0
"""Host seconds that the host has been up when the simulation begins."""

_FEATURES = (
    Feature(name="Containers", display_name="Containers", needs_restart=True),
    Feature(name="Hyper-V", display_name="Hyper-V", needs_restart=True),
    Feature(name="Telnet-Client", display_name="Telnet Client"),
    Feature(name="Web-Server", display_name="Web Server (IIS)"),
    Feature(name="NET-Framework-45-Core", display_name=".NET Framework 4.6", installed=True),
    Feature(name="PowerShell", display_name="Windows PowerShell 5.0", installed=True),
)
_FOLDERS = ("C:\\Users", "C:\\Users\\Administrator", "C:\\Windows", "C:\\Windows\\System32")


def starting_world(settings: SimulateSettings, user: str = "Administrator") -> World:
    """Give a host's first world.

    Args:
        user: Who logs on; the computer's name is put in front unless there is a domain.
    """
    generation = settings.generation
    machine_id = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{generation.value}.simulated.invalid"))
    edition = EDITIONS[generation]
    system = edition.windows.model_copy(
        update={
            "machine_id": machine_id,
            "culture": settings.culture,
            "processors": settings.processors or edition.windows.processors,
            "memory_bytes": settings.memory_bytes or edition.windows.memory_bytes,
            "virtualization": settings.virtualization,
        }
    )
    world = World(
        host_time=_UP_SINCE,
        epoch=edition.epoch,
        windows=system,
        account=Account(
            user=user if {"\\", "@"} & set(user) else f"{system.computer_name}\\{user}"
        ),
        boot=Boot(token=restarts.token(machine_id, 1)),
        disk=Disk(
            total_bytes=max(_DISK_BYTES, settings.disk_free_bytes),
            free_bytes=settings.disk_free_bytes,
        ),
        features=_FEATURES,
        services=windows.ALWAYS_SERVICES,
        registry=(
            RegistryKey(path=windows.AUTO_LOGON_CHECKED, volatile=True),
            RegistryKey(path=windows.CURRENT_VERSION, values={windows.REVISION: edition.revision}),
        ),
        adapters=_adapters(settings),
        internet=_internet(system.culture),
        knobs=knobs(settings),
    )
    for path in (*_FOLDERS, world.data_folder, f"{world.data_folder}\\jobs"):
        world = world.put(folder(path))
    if settings.feature_installed:
        world = _with_containers(world)
    if settings.scenario == "already-built":
        world = _built(_with_containers(world))
    return check(world)


def _adapters(settings: SimulateSettings) -> tuple[Adapter, ...]:
    first = Adapter(
        name="Ethernet0",
        description="Intel(R) 82574L Gigabit Network Connection",
        index=4,
        addresses=(settings.address, "fe80::5efe:c000:20a/64"),
        gateway=str(ipaddress.IPv4Interface(settings.address).network[1]),
        routes=settings.routes,
    )
    second = Adapter(
        name="Ethernet1",
        description="Intel(R) 82574L Gigabit Network Connection #2",
        index=5,
        addresses=("198.51.100.10/24",),
    )
    return (first, second) if settings.second_adapter else (first,)


def _internet(culture: str) -> tuple[Resource, ...]:
    served = (
        Resource(url=each.url, sha256=each.sha256, size=each.size) for each in (*PUBLISHED, *TODAY)
    )
    gone = (Resource(url=url, error=windows.not_resolved(culture, "aka.ms")) for url in VANISHED)
    return (*served, *gone)


def _with_containers(world: World) -> World:
    containers = next(each for each in _FEATURES if each.name == "Containers")
    world = world.put(containers.model_copy(update={"installed": True}))
    for service in windows.FEATURE_SERVICES[containers.key]:
        world = world.put(service)
    return world


def _built(world: World) -> World:
    """Let the installer run to its end, and forget the job that ran it."""
    script = usual(world.knobs.generation)
    path = "C:\\Users\\Administrator\\Install-ContainerHost.ps1"
    job = Job(
        id="built-before",
        path=path,
        folder="C:\\Users\\Administrator",
        boot=world.boot.number,
        started_at=world.host_time,
        last_record_at=world.host_time,
        process=world.next_process,
        activity=Activity(since=world.host_time),
    )
    world = world.put(opaque(path, script.sha256, script.size)).put(job)
    world = plan.start(world, job, kind_of(script), 0.0)
    world = advance(world, world.pending[-1].at)
    return world.remove("job", job.key)
