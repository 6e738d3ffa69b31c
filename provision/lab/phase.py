"""One VM's rebuild: every phase and what follows it, in one table.

A phase that was interrupted is begun again when the night goes on; what it had done already is
found and not done twice, since every phase asks the hypervisor or the host first.
"""

from __future__ import annotations

from enum import Enum

from provision.model.errors import ProvisionError


class Phase(Enum):
    """Where a VM's rebuild stands."""

    WAITING = "waiting"
    REVERTING = "reverting"
    STARTING = "starting"
    AWAITING = "awaiting the host"
    BUILDING = "building"
    VERIFYING = "verifying"
    KEEPING = "keeping a snapshot"
    PRUNING = "pruning snapshots"
    GREEN = "green"
    FAILED = "failed"
    SKIPPED = "skipped"


class Signal(Enum):
    """What a phase came to."""

    DONE = "done"
    FAILED = "failed"
    NOT_BUILT = "a VM before it is not green"
    LATE = "the night's time was over"


_P, _S = Phase, Signal

TRANSITIONS: dict[tuple[Phase, Signal], Phase] = {
    (_P.WAITING, _S.DONE): _P.REVERTING,
    (_P.WAITING, _S.NOT_BUILT): _P.SKIPPED,
    (_P.WAITING, _S.LATE): _P.SKIPPED,
    (_P.REVERTING, _S.DONE): _P.STARTING,
    (_P.REVERTING, _S.FAILED): _P.FAILED,
    (_P.STARTING, _S.DONE): _P.AWAITING,
    (_P.STARTING, _S.FAILED): _P.FAILED,
    (_P.AWAITING, _S.DONE): _P.BUILDING,
    (_P.AWAITING, _S.FAILED): _P.FAILED,
    (_P.BUILDING, _S.DONE): _P.VERIFYING,
    (_P.BUILDING, _S.FAILED): _P.FAILED,
    (_P.VERIFYING, _S.DONE): _P.KEEPING,
    (_P.VERIFYING, _S.FAILED): _P.FAILED,
    (_P.KEEPING, _S.DONE): _P.PRUNING,
    (_P.KEEPING, _S.FAILED): _P.FAILED,
    (_P.PRUNING, _S.DONE): _P.GREEN,
    # The new snapshot is there: what could not be deleted costs room, and nothing else.
    (_P.PRUNING, _S.FAILED): _P.GREEN,
}

ENDS = frozenset((Phase.GREEN, Phase.FAILED, Phase.SKIPPED))

RESUMED_AT = {Phase.BUILDING: Phase.STARTING, Phase.VERIFYING: Phase.STARTING}
"""Where an interrupted phase is taken up when it is not by itself: the VM may be off by now. It is
not reverted: the host's own journal knows what was built."""


class ImpossibleTransition(ProvisionError):
    """A signal came in a phase that has no answer to it: a mistake of ours."""


def advance(phase: Phase, signal: Signal) -> Phase:
    """Give the phase after a signal.

    Raises:
        ImpossibleTransition: The table has no such row.
    """
    try:
        return TRANSITIONS[phase, signal]
    except KeyError:
        raise ImpossibleTransition(
            f"no transition from {phase.value!r} by {signal.value!r}"
        ) from None


def diagram() -> str:
    """Draw the table as a Mermaid state diagram."""
    names = {phase: phase.value.replace(" ", "_") for phase in Phase}
    lines = ["stateDiagram-v2", f"    [*] --> {names[Phase.WAITING]}"]
    lines += [
        f"    {names[old]} --> {names[new]}: {signal.value}"
        for (old, signal), new in TRANSITIONS.items()
    ]
    lines += [f"    {names[phase]} --> [*]" for phase in Phase if phase in ENDS]
    return "\n".join(lines)
