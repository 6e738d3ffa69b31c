"""The host's lease: who works on it, until when, and how far they got."""

from __future__ import annotations

from provision.simulator.world.thing import Frozen


class Lease(Frozen):
    """The record that the agent keeps in its own folder.

    Args:
        owner: Empty when it was given back.
        since: When the holder took it, by the host's clock.
        seconds: Host seconds that it lasts from `renewed_at` on.
        renewed_at: Host time.
        boot: The boot in which it was renewed.
    """

    owner: str = ""
    description: str = ""
    since: str = ""
    seconds: int = 0
    renewed_at: float = 0.0
    boot: int = 1
    run: str = ""
    mark: int = 0
