"""The networks that docker has by itself, and the addresses that containers get in them.

TP4 knows the host's virtual switches, by their own names, and `none`; later ones make `nat`.
Sources: Microsoft's page on container networking; what a first user's container showed on TP4:
the adapter `vEthernet (Virtual Switch-<64 digits>-0)` at 172.16.0.2/12 with gateway 172.16.0.1.
"""

from __future__ import annotations

import ipaddress

from provision.simulator.world import container_network
from provision.simulator.world.docker import ids
from provision.simulator.world.docker.container import Container
from provision.simulator.world.docker.network import DockerNetwork
from provision.simulator.world.model import World

NONE = "none"
FALLBACK_SUBNET = "172.16.0.0/12"
_TP4 = 10586


def networks(world: World) -> tuple[DockerNetwork, ...]:
    """Give all networks, docker's own first."""
    return (*_own(world), *world.docker_networks)


def find(world: World, name: str) -> DockerNetwork | None:
    """Give a network by its name or the beginning of its id."""
    key = name.lower()
    for each in networks(world):
        if each.key == key or (len(key) > 3 and each.id.startswith(key)):
            return each
    return None


def default(world: World) -> str:
    """Give the network that a container is in unless it says otherwise.

    A network that is not there is asked for all the same.
    """
    own = _own(world)
    usual = NONE if world.windows.build <= _TP4 else "nat"
    return own[0].name if own[0].name != NONE else usual


def members(world: World, network: DockerNetwork) -> tuple[Container, ...]:
    """Give the running containers of a network."""
    return tuple(
        each
        for each in world.containers
        if each.state == "running" and each.network.lower() == network.key
    )


def free_address(world: World, name: str) -> str:
    """Give the next address of a network, with prefix length; empty when it has none."""
    network = find(world, name)
    if network is None or not network.subnet:
        return ""
    subnet = ipaddress.IPv4Network(network.subnet, strict=False)
    taken = {each.address.partition("/")[0] for each in members(world, network)}
    taken.add(network.gateway)
    address = next(str(each) for each in subnet.hosts() if str(each) not in taken)
    return f"{address}/{subnet.prefixlen}"


def gateway(world: World, name: str) -> str:
    """Give a network's gateway."""
    network = find(world, name)
    return network.gateway if network else ""


def adapter_name(world: World, container: str) -> str:
    """Give the name of a container's adapter, as `ipconfig` shows it in the container.

    On TP4 it holds 64 digits: libpcap has no room for such a name.
    """
    if world.windows.build <= _TP4:
        switch = world.switches[0].name if world.switches else "Virtual Switch"
        return f"vEthernet ({switch}-{ids.digits('endpoint', container)}-0)"
    if world.windows.build < 17763:
        return f"vEthernet (Container NIC {ids.digits('endpoint', container)[:8]})"
    return "vEthernet (Ethernet)"


def _own(world: World) -> tuple[DockerNetwork, ...]:
    none = _network(world, NONE, "null", "")
    made = world.epoch
    if world.windows.build <= _TP4:
        switches = tuple(
            _network(
                world,
                each.name,
                "nat" if each.type == "NAT" else "transparent",
                made,
                each.nat_subnet,
            )
            for each in world.switches
        )
        return (*switches, none)
    prefixes = [nat.prefix for nat in world.nats]
    if not prefixes and container_network.made_by_docker(world):
        # It did not outlive the last restart, and docker has not made it anew, or never will.
        return (none,)
    return (_network(world, "nat", "nat", made, *(prefixes[:1] or [FALLBACK_SUBNET])), none)


def _network(world: World, name: str, driver: str, created: str, subnet: str = "") -> DockerNetwork:
    first = str(ipaddress.IPv4Network(subnet, strict=False)[1]) if subnet else ""
    return DockerNetwork(
        id=ids.digits("network", world.windows.machine_id, name),
        name=name,
        driver=driver,
        subnet=subnet,
        gateway=first,
        created=created or world.epoch,
    )
