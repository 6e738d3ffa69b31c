"""Scripted faults: what goes wrong at which exchange.

An exchange is one SOAP request of an authenticated client. Exchanges are counted from 1 over the
life of the server, restarts of the host included, so that a script of faults plays the same way
every time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum


class FaultKind(Enum):
    """What goes wrong, on the way or with the host itself.

    `REFUSE` cuts every connection and closes the port for the fault's seconds; `UNAUTHORIZED`
    answers 401 to every login for that long; `STALL` is silence for that long and then a reset;
    `HOLD_BEFORE` is silence until the client goes away. These, `RESET_BEFORE`, `SERVER_ERROR`,
    `UNAVAILABLE`, `HTML`, `SHELL_GONE` and `OPERATION_ABORTED` leave the request undone. After
    `RESET_AFTER`, `TRUNCATE`, `GARBLE` (sealed with a wrong key) and `HOLD_AFTER` it was acted on,
    and the answer is lost.

    `AGENT_KILLED` ends every process of the open shells. The others happen to the host, see
    `HOST_FAULTS`: the request is carried out if the host still stands.
    """

    REFUSE = "refuse"
    RESET_BEFORE = "reset_before"
    RESET_AFTER = "reset_after"
    TRUNCATE = "truncate"
    STALL = "stall"
    HOLD_BEFORE = "hold_before"
    HOLD_AFTER = "hold_after"
    UNAUTHORIZED = "unauthorized"
    SERVER_ERROR = "server_error"
    UNAVAILABLE = "unavailable"
    HTML = "html"
    GARBLE = "garble"
    SHELL_GONE = "shell_gone"
    OPERATION_ABORTED = "operation_aborted"
    AGENT_KILLED = "agent_killed"
    RESTART = "restart"
    RESTART_TWICE = "restart_twice"
    POWER_OFF = "power_off"
    JOB_KILLED = "job_killed"
    SLOW = "slow"
    CLOCK_JUMP = "clock_jump"
    DISK_FULL = "disk_full"


HOST_FAULTS = frozenset(
    {
        FaultKind.RESTART,
        FaultKind.RESTART_TWICE,
        FaultKind.POWER_OFF,
        FaultKind.JOB_KILLED,
        FaultKind.SLOW,
        FaultKind.CLOCK_JUMP,
        FaultKind.DISK_FULL,
    }
)
"""What a `Machine` does to itself.

Their seconds are host seconds: until a restart, or until the power goes for good; by how much the
clock jumps, which may be backwards. `SLOW` is the exception: real seconds, in which the host lives
at a tenth of its speed.
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    Args:
        seconds: Real seconds, for the kinds that last; see `HOST_FAULTS` for theirs.
    """

    kind: FaultKind
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class ScheduledFault:
    """A fault and when it strikes.

    Args:
        exchange: Counted from 1, among the exchanges of `action` when that is given.
        action: `Create`, `Command`, `Send`, `Receive`, `Signal`, `Delete` or `Get`.
        after_jobs: The count begins when so many jobs have ended on the host: how often a client
            polls is not known beforehand, what it does afterwards is.
    """

    exchange: int
    fault: Fault
    action: str | None = None
    after_jobs: int = 0


Notice = Callable[[int, str, Fault | None], None]
"""Told of every exchange: its number, its action, and the fault that strikes it."""


class FaultSchedule:
    """Faults by the number of the exchange that they strike; each strikes once.

    Args:
        notice: Told before the exchange is carried out.
    """

    def __init__(self, faults: Iterable[ScheduledFault] = (), notice: Notice | None = None) -> None:
        self._faults: dict[tuple[int, str | None, int], Fault] = {}
        self._count: Counter[tuple[int, str | None]] = Counter()
        self._jobs_ended = 0
        self._notice = notice
        for fault in faults:
            self._faults[fault.after_jobs, fault.action, fault.exchange] = fault.fault

    def next_exchange(self, action: str) -> Fault | None:
        """Count one exchange; gives the fault that strikes it."""
        struck = None
        for begin in range(self._jobs_ended + 1):
            for key in ((begin, action), (begin, None)):
                self._count[key] += 1
                struck = self._faults.pop((*key, self._count[key]), None) or struck
        if self._notice is not None:
            self._notice(self._count[0, None], action, struck)
        return struck

    def job_ended(self) -> None:
        """Begin a further count."""
        self._jobs_ended += 1
