"""A docker client that somebody waits for: what it changed, once it is over."""

from __future__ import annotations

from provision.simulator.world.apply import apply
from provision.simulator.world.docker.play import Play
from provision.simulator.world.effects import Entry
from provision.simulator.world.model import World


def leave(world: World, play: Play, until: float | None = None) -> World:
    """Give the world after a play.

    Args:
        until: Host seconds after which the client was stopped.
    """
    for number, happening in enumerate(play.happenings):
        if until is None or happening.at <= until:
            entry = Entry(at=world.host_time, number=number, effect=happening.effect)
            world = apply(world, entry)
    return world
