"""What is wrong with the address of a host, if anything."""

from __future__ import annotations

import ipaddress
import re


def address_hint(address: str) -> str:
    """Say what to write instead, if something is no host name and no IP address."""
    try:
        ipaddress.ip_address(address)
    except ValueError:
        pass
    else:
        return ""
    if re.search(r"[/\s@\[\]]", address):
        return "give the name or the address alone; the port and 'user' are other keys"
    if ":" in address:
        return "the port has a key of its own: 'port'"
    return ""


def is_loopback(address: str) -> bool:
    """Tell whether an address is this machine."""
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return address.lower() == "localhost" or address.lower().endswith(".localhost")
