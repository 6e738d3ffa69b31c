"""Adapters, virtual switches and NAT networks of the modelled host."""

from __future__ import annotations

from typing import Literal

from provision.simulator.world.thing import Thing


class Adapter(Thing):
    """One network adapter, as `Get-NetAdapter` and `Get-NetIPAddress` show it together.

    Args:
        index: Interface index.
        status: `Up`, `Disconnected`, `Disabled`.
        addresses: With prefix length, such as `172.16.0.1/12`.
        gateway: Default gateway; empty when there is none.
        routes: Destinations that are reached through that gateway, beside the default route.
        switch: Name of the virtual switch that it belongs to; empty for a physical adapter.
    """

    noun: Literal["adapter"] = "adapter"
    name: str
    description: str
    index: int
    status: str = "Up"
    addresses: tuple[str, ...] = ()
    gateway: str = ""
    routes: tuple[str, ...] = ()
    switch: str = ""

    @property
    def key(self) -> str:
        return self.name.lower()


class Switch(Thing):
    """One virtual switch.

    Args:
        type: As Hyper-V says it: `NAT` (TP4 only), `Internal`, `External`, `Private`.
        nat_subnet: Of a NAT switch, such as `172.16.0.0/12`.
        adapter: Of an external switch, the name of its physical adapter.
    """

    noun: Literal["switch"] = "switch"
    name: str
    type: str
    nat_subnet: str = ""
    adapter: str = ""

    @property
    def key(self) -> str:
        return self.name.lower()

    @property
    def host_adapter(self) -> str:
        """The name that Windows gives to the host's own adapter on this switch."""
        return f"vEthernet ({self.name})"


class Nat(Thing):
    """One NAT network of `Get-NetNat`."""

    noun: Literal["nat"] = "nat"
    name: str
    prefix: str

    @property
    def key(self) -> str:
        return self.name.lower()


class Resource(Thing):
    """One address of the internet, as the host would find it.

    Args:
        sha256: Lower-case hex; empty when `error` is given.
        size: Bytes.
        content: Base64; None when only hash and length are known.
        error: What Windows says when the address cannot be had; empty when it can.
        seconds: Host seconds that the download takes.
    """

    noun: Literal["resource"] = "resource"
    url: str
    sha256: str = ""
    size: int = 0
    content: str | None = None
    error: str = ""
    seconds: float = 2.0

    @property
    def key(self) -> str:
        return self.url.lower()
