"""Recorded calls: listed, and stopped."""

from __future__ import annotations

from provision.agent.operations.base import ChangeAnswer
from provision.agent.operations.calls import CallList, CallListAnswer, CallRow, CallStop
from provision.simulator.world import calls
from provision.simulator.world.call import Call
from provision.simulator.world.model import World


def list_(world: World, _request: CallList, _check: bool) -> tuple[World, CallListAnswer]:
    """Answer `call.list`."""
    rows = [
        CallRow(id=call.id, began=call.began)
        for call in sorted(world.calls, key=lambda call: call.id)
        if calls.at_work(world, call)
    ]
    return world, CallListAnswer(calls=tuple(rows))


def stop(world: World, request: CallStop, check: bool) -> tuple[World, ChangeAnswer]:
    """Answer `call.stop`."""
    call = world.find(Call, request.id)
    at_work = call is not None and calls.at_work(world, call)
    if call is not None and at_work and not check:
        world = world.put(call.model_copy(update={"stopped": True}))
    return world, ChangeAnswer(
        changed=at_work, before={"at_work": at_work}, after={"at_work": False}
    )
