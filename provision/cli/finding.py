"""What one look of `provision doctor` found, and the looks that every transport begins with."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

SECONDS = 10
"""How long one look waits for the host."""

State = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One row: what was looked at, and what was found.

    Args:
        remedy: What to do about a failure.
        agent: The agent itself found it: the host could be reached.
    """

    look: str
    state: State
    found: str
    remedy: str = ""
    agent: bool = False


class Failed(Exception):
    """A look that ends the examination.

    Args:
        found: What was found.
        remedy: What to do about it.
    """

    def __init__(self, found: str, remedy: str) -> None:
        super().__init__(found)
        self.found = found
        self.remedy = remedy


Look: TypeAlias = tuple[str, Callable[[], "str | Finding"]]
"""A look by its name; it gives what it found when that is good, and raises `Failed` when not."""


def look_up(address: str, port: int) -> str:
    """Find a host by its name."""
    try:
        found = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Failed(
            f"{address!r} cannot be found: {error}",
            "Check the spelling of `address`, and name resolution on this machine.",
        ) from None
    return f"{address} is {', '.join(dict.fromkeys(str(entry[4][0]) for entry in found))}"


def knock(address: str, port: int, remedy: str) -> str:
    """Find out whether a port is open."""
    try:
        socket.create_connection((address, port), timeout=SECONDS).close()
    except OSError as error:
        refused = isinstance(error, ConnectionRefusedError)
        raise Failed(f"port {port}: {'refused' if refused else error}", remedy) from None
    return f"port {port} is open"
