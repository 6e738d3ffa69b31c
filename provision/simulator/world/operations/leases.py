"""The host's lease. Its time is measured as the agent measures it, without the clock.

In a later boot it has lasted at least as long as that boot.
"""

from __future__ import annotations

from provision.agent.operations.base import ChangeAnswer
from provision.agent.operations.leases import (
    LeaseAnswer,
    LeaseLook,
    LeaseLookAnswer,
    LeaseRelease,
    LeaseTake,
)
from provision.simulator.world import times
from provision.simulator.world.lease import Lease
from provision.simulator.world.model import World
from provision.simulator.world.refusal import refuse


def take(world: World, request: LeaseTake, check: bool) -> tuple[World, LeaseAnswer]:
    """Answer `lease.take`."""
    record = world.lease or Lease()
    if check:
        return world, _answer(world, request.owner, record)
    if not world.account.elevated:
        raise refuse("NotElevated", "a lease needs an administrator's rights")
    ours = record.owner == request.owner
    if not ours and not request.take_over and seconds_left(world, record) > 0:
        return world, _answer(world, request.owner, record)
    new = Lease(
        owner=request.owner,
        description=request.description,
        since=record.since if ours else times.seconds(world.clock()),
        seconds=request.seconds,
        renewed_at=world.host_time,
        boot=world.boot.number,
        run=request.run,
        mark=request.mark,
    )
    world = world.with_(lease=new)
    before = {"run": record.run, "mark": record.mark}
    return world, _answer(world, request.owner, new).model_copy(update=before)


def release(world: World, request: LeaseRelease, check: bool) -> tuple[World, ChangeAnswer]:
    """Answer `lease.release`."""
    record = world.lease or Lease()
    ours = record.owner == request.owner
    held = ours and seconds_left(world, record) > 0
    if ours and not check:
        world = world.with_(lease=Lease(run=record.run, mark=record.mark))
    return world, ChangeAnswer(changed=held, before={"held": held}, after={"held": False})


def look(world: World, _request: LeaseLook, _check: bool) -> tuple[World, LeaseLookAnswer]:
    """Answer `lease.look`."""
    record = world.lease or Lease()
    return world, LeaseLookAnswer(
        owner=record.owner,
        description=record.description,
        since=record.since,
        seconds_left=seconds_left(world, record),
        run=record.run,
        mark=record.mark,
    )


def seconds_left(world: World, record: Lease) -> float:
    """Give the host seconds that a lease still lasts."""
    if not record.owner:
        return 0.0
    since = record.renewed_at if record.boot == world.boot.number else world.boot.began
    return max(0.0, round(record.seconds - (world.host_time - since), 1))


def _answer(world: World, asker: str, record: Lease) -> LeaseAnswer:
    left = seconds_left(world, record)
    return LeaseAnswer(
        held=left > 0 and record.owner == asker,
        owner=record.owner if left > 0 else "",
        description=record.description if left > 0 else "",
        since=record.since if left > 0 else "",
        seconds_left=left,
        run=record.run,
        mark=record.mark,
    )
