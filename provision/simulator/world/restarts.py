"""Going down and coming up again, and short losses of the network within a boot.

A boot comes up in this order: the port opens, logins are accepted, servicing ends, Winlogon has
started (its volatile key `AutoLogonChecked` appears). "Configuring updates" is a boot that answers
for a short while, never settles, and restarts by itself.
"""

from __future__ import annotations

import uuid

from provision.simulator.world import container_network, windows
from provision.simulator.world.boot import Boot
from provision.simulator.world.docker import life
from provision.simulator.world.effects import (
    AccountsUp,
    BootUp,
    DaemonStarted,
    Disconnect,
    Reconnect,
    Remove,
    Settle,
    Shutdown,
)
from provision.simulator.world.model import World
from provision.simulator.world.schedule import forget_boot, schedule
from provision.simulator.world.system import RegistryKey, Service

RECONNECT_SECONDS = 5.0
"""Host seconds that binding an adapter anew cuts the network: our guess."""

_TOKENS = uuid.UUID("6c0f7a52-5d27-4a5e-9a9c-0d5b8f6f4a11")


def token(machine_id: str, boot: int) -> str:
    """Give the agent's token of a boot: another one for each boot of each host."""
    return str(uuid.uuid5(_TOKENS, f"{machine_id}/{boot}"))


def ask(world: World, delay: float) -> World:
    """Ask Windows to restart; a second call while one is under way changes nothing."""
    if world.boot.ending:
        return world
    further = max(0, world.knobs.restarts - 1)
    world = world.with_(boot=world.boot.model_copy(update={"ending": True}))
    return schedule(world, delay, Shutdown(further=further))


def shut_down(world: World, further: int, *, for_good: bool = False) -> World:
    """End the boot, and all that cannot outlive one."""
    world = life.end_all(forget_boot(world))
    boot = world.boot.model_copy(
        update={"listening": False, "accounts": False, "ending": False, "further": 0}
    )
    features = tuple(feature.model_copy(update={"pending": False}) for feature in world.features)
    registry = tuple(
        key
        for key in world.registry
        if not key.volatile and key.path not in windows.CLEARED_BY_RESTART
    )
    world = _without_removed(world.with_(boot=boot, features=features, registry=registry))
    world = container_network.lost(world)
    if for_good:
        return world
    return schedule(world, world.knobs.restart_seconds, BootUp(further=further), outlives_boot=True)


def _without_removed(world: World) -> World:
    """Take away what cannot be without the features that are gone now."""
    installed = {feature.key for feature in world.features if feature.installed}
    if "containers" not in installed:
        world = world.with_(container_images=())
    if not installed & {"containers", "hyper-v"}:
        adapters = tuple(adapter for adapter in world.adapters if not adapter.switch)
        world = world.with_(switches=(), adapters=adapters)
    return world


def boot_up(world: World, further: int) -> World:
    """Open the port in a new boot."""
    number = world.boot.number + 1
    boot = Boot(
        number=number,
        token=token(world.windows.machine_id, number),
        began=world.host_time,
        accounts=world.knobs.answers_401_for <= 0,
        further=further,
    )
    world = _start_services(world.with_(boot=boot))
    world = world.put(RegistryKey(path=windows.PACKAGES_PENDING, volatile=True))
    until_accounts = world.knobs.answers_401_for
    if until_accounts > 0:
        world = schedule(world, until_accounts, AccountsUp())
    if further:
        world = world.put(RegistryKey(path=windows.RESTART_IN_PROGRESS, volatile=True))
        answers = until_accounts + world.knobs.answers_between
        return schedule(world, answers, Shutdown(further=further - 1))
    if container_network.made_by_docker(world) and not world.knobs.network_lost:
        world = schedule(world, container_network.MADE_AFTER, DaemonStarted())
    settles = max(world.knobs.settles_after, until_accounts)
    servicing = RegistryKey(path=windows.PACKAGES_PENDING)
    half = until_accounts + (settles - until_accounts) / 2
    world = schedule(world, half, Remove(noun="registry_key", key=servicing.key))
    return schedule(world, settles, Settle())


def accounts_up(world: World) -> World:
    """Accept logins."""
    return world.with_(boot=world.boot.model_copy(update={"accounts": True}))


def settle(world: World) -> World:
    """Finish starting."""
    return world.put(RegistryKey(path=windows.AUTO_LOGON_CHECKED, volatile=True))


def disconnect(world: World, seconds: float) -> World:
    """Cut the network for a moment."""
    world = world.with_(boot=world.boot.model_copy(update={"listening": False}))
    return schedule(world, seconds, Reconnect())


def reconnect(world: World) -> World:
    """Bring the network back."""
    return world.with_(boot=world.boot.model_copy(update={"listening": True}))


def rebinding() -> Disconnect:
    """Give the effect of binding the host's adapter anew."""
    return Disconnect(seconds=RECONNECT_SECONDS)


def _start_services(world: World) -> World:
    installed = [feature.key for feature in world.features if feature.installed]
    for feature in installed:
        for service in windows.FEATURE_SERVICES.get(feature, ()):
            if world.find(Service, service.key) is None:
                world = world.put(service)
    services = tuple(
        service.model_copy(update={"state": "running" if _comes_up(world, service) else "stopped"})
        for service in world.services
    )
    return life.begin(world.with_(services=services))


def _comes_up(world: World, service: Service) -> bool:
    down = service.key == life.SERVICE and world.knobs.docker_stays_down
    return (
        service.start == "automatic"
        and service.starts
        and not down
        and life.can_start(world, service)
    )
