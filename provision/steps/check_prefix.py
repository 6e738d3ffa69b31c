"""Checks that look ahead at a network: is a prefix free, is there the one adapter that is meant?"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from pydantic import field_validator

from provision.agent.operations.base import Answer, Operation, OperationError
from provision.agent.operations.network import (
    Adapter,
    AdapterList,
    AdapterListAnswer,
    NatList,
    NatListAnswer,
    RouteList,
    RouteListAnswer,
)
from provision.steps.check_kinds import CheckKind, Judgement, among, expect, same

CANDIDATES = ("172.16.0.0/12", "10.244.0.0/16", "192.168.128.0/20", "172.30.0.0/16", "10.88.0.0/16")
"""Private networks that the remedy proposes, the first free one."""


class PrefixFreeCheck(CheckKind):
    """No address, route or NAT of the host overlaps a network that is to be made.

    Args:
        prefix: Such as `172.16.0.0/12`.
        own: Names of adapters and NATs that are this network itself, from an earlier try.
    """

    short: ClassVar[str | None] = "prefix"

    prefix: str
    own: tuple[str, ...] = ()

    @field_validator("prefix")
    @classmethod
    def _is_a_network(cls, written: str) -> str:
        return str(ipaddress.IPv4Network(written))

    def title(self) -> str:
        """Name the prefix."""
        return f"nothing of the host overlaps {self.prefix}"

    def questions(self) -> tuple[Operation[Any], ...]:
        """All adapters, routes and NATs."""
        return (AdapterList(), RouteList(), NatList())

    def judge(self, answers: Sequence[Answer | OperationError]) -> Judgement:
        """Name everything that overlaps."""
        found = list(self._overlapping(answers, self.prefix))
        return not found, "; ".join(found) or "free"

    def remedy(self, answers: Sequence[Answer | OperationError]) -> str:
        """Propose a network that is free."""
        for candidate in CANDIDATES:
            if not any(self._overlapping(answers, candidate)):
                return f"Give another prefix, such as {candidate}, which nothing here overlaps."
        return "Give a private network that none of these overlaps."

    def issue(self, answers: Sequence[Answer | OperationError]) -> str:  # noqa: ARG002
        """What New-NetNat would end in."""
        return "nat-prefix-refused"

    def _overlapping(
        self, answers: Sequence[Answer | OperationError], prefix: str
    ) -> Iterator[str]:
        wanted = ipaddress.IPv4Network(prefix)
        for adapter in expect(answers[0], AdapterListAnswer).adapters:
            for address in adapter.addresses:
                if not self._is_own(adapter.name) and _overlaps(address, wanted):
                    yield f"the adapter {adapter.name!r} has {address}"
        for route in expect(answers[1], RouteListAnswer).routes:
            if not self._is_own(route.adapter) and _overlaps(route.destination, wanted):
                yield f"a route to {route.destination} leads through {route.gateway}"
        for nat in expect(answers[2], NatListAnswer).nats:
            if not self._is_own(nat.name) and _overlaps(nat.prefix, wanted):
                yield f"the NAT {nat.name!r} has {nat.prefix}"

    def _is_own(self, name: str) -> bool:
        return any(same(name, own) for own in self.own)


class ExternalAdapterCheck(CheckKind):
    """It is certain which adapter an external switch would be bound to.

    Scripts that are given no name take the first adapter that is up. When there are two, this may
    be the one that the connection to the host comes through, on a network without DHCP: then the
    host is out of reach for good.

    Args:
        name: The adapter; there must be exactly one that is up when it is left out.
    """

    short: ClassVar[str | None] = "name"

    name: str | None = None

    def title(self) -> str:
        """Name the adapter, or that there must be one."""
        if self.name is None:
            return "exactly one adapter is up, for the external switch"
        return f"adapter {self.name} is up, for the external switch"

    def questions(self) -> tuple[Operation[Any], ...]:
        """All adapters."""
        return (AdapterList(),)

    def judge(self, answers: Sequence[Answer | OperationError]) -> Judgement:
        """Count those with a connector, or look for the name."""
        adapters = [a for a in expect(answers[0], AdapterListAnswer).adapters if a.connector]
        up = [adapter for adapter in adapters if same(adapter.status, "up")]
        if self.name is None:
            told = ", ".join(f"{one.name!r} ({_shown(one)})" for one in up) or "none"
            return len(up) == 1, told
        for adapter in adapters:
            if same(adapter.name, self.name):
                return adapter in up, f"{adapter.status}, {_shown(adapter)}"
        return False, among([adapter.name for adapter in adapters], "network adapter")

    def remedy(self, answers: Sequence[Answer | OperationError]) -> str:
        """Explain the trap."""
        adapters = expect(answers[0], AdapterListAnswer).adapters
        if self.name is None and any(same(a.status, "up") for a in adapters if a.connector):
            return (
                "Name the adapter that the containers are to use (-ExternalNetAdapter). Without a "
                "name the script binds the first that is up; if this is the one that WinRM comes "
                "through, the host cannot be reached any more."
            )
        return "Name an adapter that is there and up."

    def issue(self, answers: Sequence[Answer | OperationError]) -> str:  # noqa: ARG002
        """What a wrong name would end in."""
        return "" if self.name is None else "installer-adapter-unknown"


def _overlaps(written: str, wanted: ipaddress.IPv4Network) -> bool:
    network = ipaddress.ip_interface(written).network
    if not isinstance(network, ipaddress.IPv4Network) or network.prefixlen == 0:
        return False
    return network.overlaps(wanted)


def _shown(adapter: Adapter) -> str:
    return ", ".join(adapter.addresses) or "no address"
