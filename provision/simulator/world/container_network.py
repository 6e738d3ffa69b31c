"""The NAT network that docker makes for its containers on Windows Server 2019 and later.

The host's network service makes it, with the adapter `vEthernet (nat)`. It does not outlive a
restart: docker makes it anew when it starts, or, with the knob `network_lost`, does not. That
`Get-NetNat` lists it is a GUESS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provision.simulator.world import windows
from provision.simulator.world.network import Adapter, Nat, Switch
from provision.simulator.world.system import Service
from provision.simulator.world.thing import Thing

if TYPE_CHECKING:
    from provision.simulator.world.model import World

NAME = "nat"
MADE_AFTER = 15.0
"""Host seconds from the daemon's start to its network: our guess."""

DEFAULT_PREFIX = "172.28.32.0/20"


def made_by_docker(world: World) -> bool:
    """Tell whether docker makes its network here when it starts."""
    return world.windows.build >= windows.FIRST_WITHOUT_LASTING_NETWORKS


def things(world: World) -> tuple[Thing, ...]:
    """Give what the network consists of; nothing when it is there."""
    if world.find(Switch, NAME) is not None:
        return ()
    switch = Switch(name=NAME, type="Internal")
    return (
        switch,
        Adapter(
            name=switch.host_adapter,
            description="Hyper-V Virtual Ethernet Adapter",
            index=max(each.index for each in world.adapters) + 5,
            addresses=("172.28.32.1/20",),
            switch=NAME,
        ),
        Nat(name=NAME, prefix=DEFAULT_PREFIX),
    )


def started(world: World) -> World:
    """Give the world after the daemon's start."""
    service = world.find(Service, "docker")
    if not made_by_docker(world) or service is None or service.state != "running":
        return world
    for thing in things(world):
        world = world.put(thing)
    return world


def lost(world: World) -> World:
    """Give the world after a restart, without the networks that do not outlive one."""
    if not made_by_docker(world):
        return world
    adapters = tuple(adapter for adapter in world.adapters if adapter.switch.lower() != NAME)
    return world.with_(nats=(), adapters=adapters).remove("switch", NAME)
