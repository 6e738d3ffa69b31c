"""The virtual network, looked at."""

from __future__ import annotations

from provision.agent.operations.network import (
    Adapter,
    AdapterList,
    AdapterListAnswer,
    Nat,
    NatList,
    NatListAnswer,
    Route,
    RouteList,
    RouteListAnswer,
    Switch,
    SwitchList,
    SwitchListAnswer,
)
from provision.simulator.world.model import World


def switches(world: World, _request: SwitchList, _check: bool) -> tuple[World, SwitchListAnswer]:
    """Answer `switch.list`."""
    found = sorted(world.switches, key=lambda switch: switch.name)
    return world, SwitchListAnswer(
        switches=tuple(Switch(name=switch.name, type=switch.type) for switch in found)
    )


def adapters(world: World, _request: AdapterList, _check: bool) -> tuple[World, AdapterListAnswer]:
    """Answer `adapter.list`."""
    found = sorted(world.adapters, key=lambda adapter: adapter.name)
    return world, AdapterListAnswer(
        adapters=tuple(
            Adapter(
                name=adapter.name,
                description=adapter.description,
                status=adapter.status,
                addresses=adapter.addresses,
                connector=not adapter.switch,
            )
            for adapter in found
        )
    )


def routes(world: World, _request: RouteList, _check: bool) -> tuple[World, RouteListAnswer]:
    """Answer `route.list`."""
    found = (
        Route(destination=destination, gateway=adapter.gateway, adapter=adapter.name)
        for adapter in world.adapters
        if adapter.gateway
        for destination in ("0.0.0.0/0", *adapter.routes)
    )
    order = sorted(found, key=lambda route: (route.destination, route.adapter))
    return world, RouteListAnswer(routes=tuple(order))


def nats(world: World, _request: NatList, _check: bool) -> tuple[World, NatListAnswer]:
    """Answer `nat.list`."""
    found = sorted(world.nats, key=lambda nat: nat.name)
    return world, NatListAnswer(nats=tuple(Nat(name=nat.name, prefix=nat.prefix) for nat in found))
