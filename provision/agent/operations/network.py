"""Operations that look at the host's virtual network."""

from __future__ import annotations

from typing import ClassVar

from provision.agent.operations.base import Answer, Operation


class Switch(Answer):
    """One virtual switch.

    Args:
        type: As Hyper-V says it: `NAT`, `Internal`, `External`, `Private`, `Transparent`, ….
    """

    name: str
    type: str


class SwitchListAnswer(Answer):
    """All virtual switches, sorted by name; none when Hyper-V's cmdlets are missing."""

    switches: tuple[Switch, ...]


class SwitchList(Operation[SwitchListAnswer]):
    """List virtual switches."""

    name: ClassVar[str] = "switch.list"
    answer: ClassVar[type[Answer]] = SwitchListAnswer


class Adapter(Answer):
    """One network adapter.

    Args:
        status: `Up`, `Disconnected`, `Disabled`, … as Windows says it.
        addresses: With prefix length, such as `172.16.0.1/12`.
        connector: It has a plug of its own, as a virtual switch's adapter has not.
    """

    name: str
    description: str
    status: str
    addresses: tuple[str, ...]
    connector: bool = True


class AdapterListAnswer(Answer):
    """All adapters, sorted by name."""

    adapters: tuple[Adapter, ...]


class AdapterList(Operation[AdapterListAnswer]):
    """List network adapters."""

    name: ClassVar[str] = "adapter.list"
    answer: ClassVar[type[Answer]] = AdapterListAnswer


class Route(Answer):
    """One route through a gateway; those on the link follow from the adapters' addresses.

    Args:
        destination: Such as `0.0.0.0/0`.
    """

    destination: str
    gateway: str
    adapter: str


class RouteListAnswer(Answer):
    """All routes through a gateway, sorted by destination, then by adapter."""

    routes: tuple[Route, ...]


class RouteList(Operation[RouteListAnswer]):
    """List routes through gateways."""

    name: ClassVar[str] = "route.list"
    answer: ClassVar[type[Answer]] = RouteListAnswer


class Nat(Answer):
    """One NAT network."""

    name: str
    prefix: str


class NatListAnswer(Answer):
    """All NAT networks, sorted by name."""

    nats: tuple[Nat, ...]


class NatList(Operation[NatListAnswer]):
    """List NAT networks."""

    name: ClassVar[str] = "nat.list"
    answer: ClassVar[type[Answer]] = NatListAnswer
