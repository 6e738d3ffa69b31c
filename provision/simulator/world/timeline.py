"""Host time passes: what is due happens, in order, each at its own moment.

A discrete-event simulation. `advance` is pure, and in how many pieces one advances makes no
difference: nothing depends on when somebody looks.
"""

from __future__ import annotations

from provision.simulator.world.apply import apply
from provision.simulator.world.model import World


def advance(world: World, until: float) -> World:
    """Let host time pass.

    Args:
        until: Host time; one that is over already changes nothing.
    """
    while world.pending and world.pending[0].at <= until:
        entry, *rest = world.pending
        at = max(entry.at, world.host_time)
        world = apply(world.with_(host_time=at, pending=tuple(rest)), entry)
    return world.with_(host_time=until) if until > world.host_time else world


def next_due(world: World) -> float | None:
    """Give the host time at which something happens by itself; None when nothing will."""
    return world.pending[0].at if world.pending else None
