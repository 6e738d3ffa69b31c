"""Losing a host and finding it again: every state and transition, in one table.

A broken connection is no restart: adding a virtual switch rebinds the adapter and breaks it too.
Only the boot identity tells. And an open port is no usable host: after its first answer a host may
refuse logins, finish servicing, and restart a second time. The picture in the documentation is
drawn from `TRANSITIONS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from provision.engine.retry import LEAST_REAL_SECONDS
from provision.model.errors import ProvisionError


class BootState(Enum):
    """Where we stand with a host."""

    CONNECTED = "connected"
    GOING_DOWN = "going down"
    LOST = "lost"
    PROBING = "probing"
    SETTLING = "settling"
    SETTLED = "settled"
    GAVE_UP = "gave up"


class Signal(Enum):
    """What was observed, or decided."""

    RESTART_ASKED = "restart asked for"
    BROKEN = "connection broken"
    LOOK = "start to look"
    NO_ANSWER = "no answer"
    LOGIN_REFUSED = "login refused"
    SAME_BOOT = "same boot answers"
    STILL_OLD_BOOT = "old boot still answers"
    NEW_BOOT = "new boot answers"
    NOT_SETTLED = "not settled"
    QUIET = "settled at this look"
    DEADLINE = "deadline passed"
    BUDGET_SPENT = "too many restarts"


_B, _S = BootState, Signal

TRANSITIONS: dict[tuple[BootState, Signal], BootState] = {
    (_B.CONNECTED, _S.BROKEN): _B.LOST,
    (_B.CONNECTED, _S.RESTART_ASKED): _B.GOING_DOWN,
    (_B.GOING_DOWN, _S.STILL_OLD_BOOT): _B.GOING_DOWN,
    (_B.GOING_DOWN, _S.BROKEN): _B.LOST,
    (_B.GOING_DOWN, _S.DEADLINE): _B.GAVE_UP,
    (_B.LOST, _S.LOOK): _B.PROBING,
    (_B.PROBING, _S.NO_ANSWER): _B.PROBING,
    (_B.PROBING, _S.LOGIN_REFUSED): _B.PROBING,
    (_B.PROBING, _S.SAME_BOOT): _B.CONNECTED,
    (_B.PROBING, _S.STILL_OLD_BOOT): _B.GOING_DOWN,
    (_B.PROBING, _S.NEW_BOOT): _B.SETTLING,
    (_B.PROBING, _S.BUDGET_SPENT): _B.GAVE_UP,
    (_B.PROBING, _S.DEADLINE): _B.GAVE_UP,
    (_B.SETTLING, _S.NOT_SETTLED): _B.SETTLING,
    (_B.SETTLING, _S.QUIET): _B.SETTLED,
    (_B.SETTLING, _S.BROKEN): _B.LOST,
    (_B.SETTLING, _S.DEADLINE): _B.GAVE_UP,
    (_B.SETTLED, _S.QUIET): _B.CONNECTED,
    (_B.SETTLED, _S.NOT_SETTLED): _B.SETTLING,
    (_B.SETTLED, _S.BROKEN): _B.LOST,
}


class ImpossibleTransition(ProvisionError):
    """A signal came in a state that has no answer to it: a mistake of ours."""


def advance(state: BootState, signal: Signal) -> BootState:
    """Give the state after a signal.

    Raises:
        ImpossibleTransition: The table has no such row.
    """
    try:
        return TRANSITIONS[state, signal]
    except KeyError:
        raise ImpossibleTransition(
            f"no transition from {state.value!r} by {signal.value!r}"
        ) from None


@dataclass(frozen=True, slots=True)
class BootLimits:
    """How long each phase may take, in host seconds, and how many restarts a run may have.

    Args:
        going_down: From asking for a restart to the connection's end.
        away: From the connection's end to an authenticated answer. Windows installs updates here.
        refused: From the first refused login after a restart to the first accepted one.
        settling: From the first answer of a new boot to a settled host.
        restarts: Restarts within one run of one host.
        least_real: Real seconds that every deadline comes to at least, however fast the host lives.
    """

    going_down: float = 600
    away: float = 3600
    refused: float = 600
    settling: float = 1800
    restarts: int = 10
    least_real: float = LEAST_REAL_SECONDS


def diagram() -> str:
    """Draw the table as a Mermaid state diagram."""
    names = {state: state.value.replace(" ", "_") for state in BootState}
    lines = ["stateDiagram-v2", f"    [*] --> {names[BootState.CONNECTED]}"]
    lines += [
        f"    {names[old]} --> {names[new]}: {signal.value}"
        for (old, signal), new in TRANSITIONS.items()
    ]
    lines.append(f"    {names[BootState.GAVE_UP]} --> [*]")
    return "\n".join(lines)
