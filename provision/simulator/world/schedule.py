"""Puts effects into a world's future, and takes them out of it."""

from __future__ import annotations

from provision.simulator.world.effects import Effect, Entry
from provision.simulator.world.model import World


def schedule(
    world: World,
    delay: float,
    effect: Effect,
    *,
    outlives_boot: bool = False,
    job: str | None = None,
) -> World:
    """Let an effect happen after a delay.

    Args:
        delay: Host seconds from now.
        outlives_boot: A restart in between does not prevent it.
        job: The job that it belongs to, whose end prevents it.
    """
    entry = Entry(
        at=world.host_time + delay,
        number=world.next_number,
        boot=None if outlives_boot else world.boot.number,
        job=job.lower() if job else None,
        effect=effect,
    )
    pending = sorted((*world.pending, entry), key=lambda entry: (entry.at, entry.number))
    return world.with_(pending=tuple(pending), next_number=world.next_number + 1)


def forget_job(world: World, job: str) -> World:
    """Take out what a job would still have done."""
    kept = tuple(entry for entry in world.pending if entry.job != job.lower())
    return world.with_(pending=kept)


def forget_boot(world: World) -> World:
    """Take out what the present boot would still have done."""
    kept = tuple(entry for entry in world.pending if entry.boot is None)
    return world.with_(pending=kept)
