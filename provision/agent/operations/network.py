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
    """

    name: str
    description: str
    status: str
    addresses: tuple[str, ...]


class AdapterListAnswer(Answer):
    """All adapters, sorted by name."""

    adapters: tuple[Adapter, ...]


class AdapterList(Operation[AdapterListAnswer]):
    """List network adapters."""

    name: ClassVar[str] = "adapter.list"
    answer: ClassVar[type[Answer]] = AdapterListAnswer


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
