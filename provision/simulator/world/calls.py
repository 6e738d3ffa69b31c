"""What happens to recorded calls: they begin, end with an answer, are lost, and are forgotten."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta

from provision.agent.operations.execution import Exec, PowerShell
from provision.simulator.world import times
from provision.simulator.world.call import Call
from provision.simulator.world.effects import AnswerCall
from provision.simulator.world.model import World
from provision.simulator.world.refusal import refuse

KEPT_DAYS = 14
MOST_KEPT = 200


def digest(request: Exec | PowerShell) -> str:
    """Give a hash of everything that two requests with the same content share."""
    content = request.model_dump(mode="json", exclude={"id", "timeout"})
    text = json.dumps([request.name, content], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def known(world: World, request: Exec | PowerShell) -> Call | None:
    """Give the call with a request's id.

    Raises:
        OperationRefused: It has other content, was stopped, or is lost.
    """
    call = world.find(Call, request.id or "")
    if call is None:
        return None
    if call.digest != digest(request):
        raise refuse("CallExists", f"there is a call {request.id} with other content")
    if call.stopped:
        raise refuse("CallStopped", f"call {request.id} was stopped")
    began = f"call {request.id} began and left no answer"
    if call.answer is None and call.boot != world.boot.number:
        raise refuse("CallLostInRestart", f"{began}: boot changed")
    if call.gone:
        raise refuse("CallLost", f"{began}: process {call.process} is gone")
    return call


def begin(world: World, request: Exec | PowerShell, *, engine: bool = False) -> World:
    """Record that a call begins, and forget old ones."""
    world = _prune(world)
    call = Call(
        id=request.id or "",
        digest=digest(request),
        boot=world.boot.number,
        began=times.milliseconds(world.clock()),
        process=world.next_process,
        engine=engine,
    )
    return world.put(call).with_(next_process=world.next_process + 4)


def answer(world: World, effect: AnswerCall) -> World:
    """Let a call end."""
    call = world.find(Call, effect.call)
    if call is None or call.gone or call.stopped:
        return world
    return world.put(call.model_copy(update={"answer": effect.answer}))


def orphaned(world: World) -> World:
    """Mark the calls whose process ended together with the simulator that ran it."""
    for call in world.calls:
        if call.engine and at_work(world, call):
            world = world.put(call.model_copy(update={"gone": True}))
    return world


def at_work(world: World, call: Call) -> bool:
    """Tell whether a call's process runs."""
    over = call.answer is not None or call.gone or call.stopped
    return not over and call.boot == world.boot.number


def _prune(world: World) -> World:
    oldest = world.clock() - timedelta(days=KEPT_DAYS)
    surplus = len(world.calls) - MOST_KEPT + 1
    for call in sorted(world.calls, key=lambda call: call.began):
        if surplus <= 0 and datetime.fromisoformat(call.began) >= oldest:
            break
        if not at_work(world, call):
            world = world.remove("call", call.key)
            surplus -= 1
    return world
