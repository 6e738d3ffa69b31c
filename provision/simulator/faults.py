"""Scripted faults: what goes wrong at which exchange.

An exchange is one SOAP request of an authenticated client. Exchanges are counted from 1 over the
life of the server, restarts of the host included, so that a script of faults plays the same way
every time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class FaultKind(Enum):
    """What goes wrong.

    `REFUSE` cuts every connection and closes the port for the fault's seconds; `UNAUTHORIZED`
    answers 401 to every login for that long; `STALL` is silence for that long and then a reset.
    These, `RESET_BEFORE`, `SERVER_ERROR`, `UNAVAILABLE`, `HTML`, `SHELL_GONE` and
    `OPERATION_ABORTED` leave the request undone. After `RESET_AFTER` and `TRUNCATE` it was acted
    on, and the answer is lost.
    """

    REFUSE = "refuse"
    RESET_BEFORE = "reset_before"
    RESET_AFTER = "reset_after"
    TRUNCATE = "truncate"
    STALL = "stall"
    UNAUTHORIZED = "unauthorized"
    SERVER_ERROR = "server_error"
    UNAVAILABLE = "unavailable"
    HTML = "html"
    SHELL_GONE = "shell_gone"
    OPERATION_ABORTED = "operation_aborted"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    Args:
        seconds: Real seconds, for the kinds that last.
    """

    kind: FaultKind
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class ScheduledFault:
    """A fault and when it strikes.

    Args:
        exchange: Counted from 1, among the exchanges of `action` when that is given.
        action: `Create`, `Command`, `Send`, `Receive`, `Signal`, `Delete` or `Get`.
    """

    exchange: int
    fault: Fault
    action: str | None = None


class FaultSchedule:
    """Faults by the number of the exchange that they strike; each strikes once."""

    def __init__(self, faults: Iterable[ScheduledFault] = ()) -> None:
        self._faults: dict[tuple[str | None, int], Fault] = {}
        self._count: Counter[str | None] = Counter()
        for fault in faults:
            self._faults[fault.action, fault.exchange] = fault.fault

    def next_exchange(self, action: str) -> Fault | None:
        """Count one exchange; gives the fault that strikes it."""
        for key in (None, action):
            self._count[key] += 1
        by_action = self._faults.pop((action, self._count[action]), None)
        by_number = self._faults.pop((None, self._count[None]), None)
        return by_action or by_number
