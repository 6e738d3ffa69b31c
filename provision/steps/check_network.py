"""Checks of the virtual network: switch, adapter, NAT."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import field_validator

from provision.agent.operations.base import Answer, Operation, OperationError
from provision.agent.operations.network import (
    Adapter,
    AdapterList,
    AdapterListAnswer,
    NatList,
    NatListAnswer,
    SwitchList,
    SwitchListAnswer,
)
from provision.steps.check_kinds import CheckKind, Judgement, among, expect, same


class SwitchCheck(CheckKind):
    """A virtual switch exists.

    Args:
        name: As Hyper-V knows it.
        type: `NAT`, `Internal`, `External` or `Private`; any when left out.
    """

    short: ClassVar[str | None] = "name"

    name: str
    type: str | None = None

    def title(self) -> str:
        """Name the switch and its type."""
        return f"switch {self.name}" + (f" of type {self.type}" if self.type else "")

    def questions(self) -> tuple[Operation[Any], ...]:
        """All switches."""
        return (SwitchList(),)

    def judge(self, answers: Sequence[Answer | OperationError]) -> Judgement:
        """Look for the name, then for the type."""
        switches = expect(answers[0], SwitchListAnswer).switches
        for switch in switches:
            if same(switch.name, self.name):
                fits = self.type is None or same(switch.type, self.type)
                return fits, f"{switch.name!r} of type {switch.type}"
        return False, among([switch.name for switch in switches], "virtual switch")


class AdapterCheck(CheckKind):
    """A network adapter is up and has an address.

    Args:
        name: Such as `vEthernet (Virtual Switch)`.
        up: False does not look at its state.
        address: `true` for any but a link-local one, `false` for none demanded, an address, or a
            network that one of its addresses is in.
    """

    short: ClassVar[str | None] = "name"

    name: str
    up: bool = True
    address: bool | str = True

    @field_validator("address")
    @classmethod
    def _is_a_network(cls, written: bool | str) -> bool | str:
        if isinstance(written, str):
            ipaddress.ip_interface(written)
        return written

    def title(self) -> str:
        """Name the adapter and what it must have."""
        parts = [f"adapter {self.name}"]
        if self.up:
            parts.append("is up")
        if isinstance(self.address, str):
            parts.append(f"has an address in {self.address}")
        elif self.address:
            parts.append("has an address")
        return parts[0] + (" " + " and ".join(parts[1:]) if len(parts) > 1 else " exists")

    def questions(self) -> tuple[Operation[Any], ...]:
        """All adapters."""
        return (AdapterList(),)

    def judge(self, answers: Sequence[Answer | OperationError]) -> Judgement:
        """Look for the name, then at its state and addresses."""
        adapters = expect(answers[0], AdapterListAnswer).adapters
        for adapter in adapters:
            if same(adapter.name, self.name):
                up = not self.up or same(adapter.status, "up")
                shown = ", ".join(adapter.addresses) or "no address"
                return up and self._addressed(adapter), f"{adapter.status}, {shown}"
        return False, among([adapter.name for adapter in adapters], "network adapter")

    def _addressed(self, adapter: Adapter) -> bool:
        have = [ipaddress.ip_interface(address) for address in adapter.addresses]
        if isinstance(self.address, str):
            wanted = ipaddress.ip_interface(self.address)
            if wanted.ip == wanted.network.network_address and wanted.network.num_addresses > 1:
                return any(one.ip in wanted.network for one in have)
            return any(one.ip == wanted.ip for one in have)
        return not self.address or any(not one.ip.is_link_local for one in have)


class NatCheck(CheckKind):
    """A NAT network exists.

    Args:
        prefix: Such as `172.16.0.0/12`; any when left out.
        name: Any when left out.
    """

    short: ClassVar[str | None] = "prefix"

    prefix: str | None = None
    name: str | None = None

    def title(self) -> str:
        """Name the NAT and its prefix."""
        parts = ["NAT", self.name or "", f"for {self.prefix}" if self.prefix else ""]
        return " ".join(part for part in parts if part)

    def questions(self) -> tuple[Operation[Any], ...]:
        """All NATs."""
        return (NatList(),)

    def judge(self, answers: Sequence[Answer | OperationError]) -> Judgement:
        """Look for the prefix, and for the name if one is demanded."""
        nats = expect(answers[0], NatListAnswer).nats
        for nat in nats:
            named = self.name is None or same(nat.name, self.name)
            if named and self.prefix in (None, nat.prefix):
                return True, f"{nat.name!r} for {nat.prefix}"
        found = ", ".join(f"{nat.name!r} for {nat.prefix}" for nat in nats)
        return False, found or "no NAT"
