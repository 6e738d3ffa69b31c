"""Calls that the host records, so that a run which goes on asks for their answers again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TypeVar

from provision.agent.operations.base import Answer, Operation, OperationError
from provision.steps.effect import Procedure, call
from provision.steps.step import StepContext

A = TypeVar("A", bound=Answer)

LONGEST_NAME = 100


def call_recorded(
    context: StepContext, what: str, request: Callable[[str | None], Operation[A]]
) -> Procedure[A]:
    """Carry an operation out once in this run, or take the answer that it had before.

    When the task is begun anew since the host had restarted under it, or a person had stopped it,
    and the call ended by that, it is carried out under another name; that the task may be begun
    anew says that this does no harm.

    Args:
        what: Tells this call from others of the task.
        request: Makes the operation, given its id.
    """
    for again in range(context.reruns):
        try:
            return (yield from call(request(call_id(context, what, again))))
        except OperationError as error:
            if not error.record.id.startswith(("CallLost", "CallStopped")):
                raise
    return (yield from call(request(call_id(context, what, context.reruns))))


def call_id(context: StepContext, what: str, again: int = 0) -> str | None:
    """Name a recorded call of a task: the same in every part of one run, another in each run.

    None in check mode, which records nothing.
    """
    if context.check:
        return None
    name = f"{context.run}-{context.key}-{what}" + (f"-again{again}" if again else "")
    if len(name) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    return f"{name[: LONGEST_NAME - 17]}-{digest}"
