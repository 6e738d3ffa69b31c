"""What is done to a run, and at which exchange.

A case is a kind, the number of an exchange and a seed. The seed decides what a kind leaves open:
how long a fault lasts, on which side of the request it strikes.

How often a run polls depends on the machine, so the exchanges after the installer are counted from
its end: `2+5` is the fifth one after the second phase's job was removed.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Any


class Kind(Enum):
    """The kinds of the matrix."""

    REFUSE = "refuse"
    RESET_BEFORE = "reset_before"
    RESET_AFTER = "reset_after"
    TRUNCATE = "truncate"
    STALL = "stall"
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
    CONTROLLER_KILLED = "controller_killed"
    CONTROLLER_STOPPED = "controller_stopped"
    TWO_CONTROLLERS = "two_controllers"


TITLES = {
    Kind.REFUSE: "connections refused for a while",
    Kind.RESET_BEFORE: "connection reset before the request was acted on",
    Kind.RESET_AFTER: "connection reset after the request was acted on",
    Kind.TRUNCATE: "answer truncated",
    Kind.STALL: "silence past the read timeout",
    Kind.UNAUTHORIZED: "401 to every login for a while",
    Kind.SERVER_ERROR: "HTTP 500",
    Kind.UNAVAILABLE: "HTTP 503",
    Kind.HTML: "an HTML page in place of the answer",
    Kind.GARBLE: "answer sealed with a wrong key",
    Kind.SHELL_GONE: "shell gone (fault 2150858843)",
    Kind.OPERATION_ABORTED: "operation aborted (995)",
    Kind.AGENT_KILLED: "agent's process killed",
    Kind.RESTART: "host restarts",
    Kind.RESTART_TWICE: "host restarts twice in a row",
    Kind.POWER_OFF: "host goes down and never comes back",
    Kind.JOB_KILLED: "job's process killed",
    Kind.SLOW: "host ten times slower for a while",
    Kind.CLOCK_JUMP: "host's clock jumps by a day, forwards or backwards",
    Kind.DISK_FULL: "disk full",
    Kind.CONTROLLER_KILLED: "controller killed (-9), then run again",
    Kind.CONTROLLER_STOPPED: "controller stopped with Ctrl-C, then run again",
    Kind.TWO_CONTROLLERS: "a second controller wants the same host",
}

SLEEPERS = frozenset({Kind.STALL, Kind.POWER_OFF})
"""Kinds whose cases mostly wait in real time, for a timeout."""

LASTS = {
    Kind.REFUSE: (0.02, 0.4),
    Kind.STALL: (60.0, 60.0),
    Kind.UNAUTHORIZED: (0.02, 0.4),
    Kind.RESTART: (0.0, 40.0),
    Kind.RESTART_TWICE: (0.0, 40.0),
    Kind.POWER_OFF: (0.0, 10.0),
    Kind.SLOW: (0.5, 1.0),
    Kind.CLOCK_JUMP: (86400.0, 86400.0),
    Kind.TWO_CONTROLLERS: (1.5, 1.5),
}
"""The least and the most `seconds`; see `HOST_FAULTS` for their meaning."""

SERVED = {
    Kind.CONTROLLER_STOPPED: "stall",
    Kind.TWO_CONTROLLERS: "stall",
}
"""What the server is told to do, where it is not the kind itself."""


PHASES = 2
"""Jobs that end in an undisturbed run."""


@dataclass(frozen=True)
class Place:
    """An exchange of the run.

    Args:
        number: Counted from 1.
        after_jobs: Where the count begins: when so many jobs have ended.
    """

    number: int
    after_jobs: int = 0

    @classmethod
    def parse(cls, text: str) -> Place:
        """Read `41` or `2+5`."""
        after, plus, number = text.rpartition("+")
        return cls(int(number), int(after) if plus else 0)

    def __str__(self) -> str:
        return f"{self.after_jobs}+{self.number}" if self.after_jobs else str(self.number)


@dataclass(frozen=True)
class Case:
    """One cell of the matrix."""

    kind: Kind
    place: Place
    seed: int = 0

    def __str__(self) -> str:
        return f"{self.kind.value}-{self.place}-{self.seed}"

    @property
    def replay(self) -> str:
        """The command that plays this case alone."""
        return f"python tests/faults/replay.py {self.kind.value} {self.place} --seed {self.seed}"

    @property
    def rival(self) -> str:
        """Where the second of two controllers works: with a journal of its own, or the same one."""
        return random.Random(f"rival of {self}").choice(("other", "controller"))

    @property
    def faults(self) -> list[dict[str, Any]]:
        """What the server is told."""
        chance = random.Random(f"{self}")
        least, most = LASTS.get(self.kind, (0.0, 0.0))
        seconds = round(chance.uniform(least, most), 3)
        kind = SERVED.get(self.kind, self.kind.value)
        match self.kind:
            case Kind.RESTART | Kind.RESTART_TWICE if chance.random() < 0.4:
                seconds = 0.0
            case Kind.CLOCK_JUMP:
                seconds *= chance.choice((-1, 1))
            case Kind.CONTROLLER_KILLED:
                kind = chance.choice(("hold_before", "hold_after"))
            case Kind.CONTROLLER_STOPPED:
                seconds = 0.3
        return [
            {
                "exchange": self.place.number,
                "after_jobs": self.place.after_jobs,
                "kind": kind,
                "seconds": seconds,
            }
        ]


def places(until_installed: int, afterwards: int) -> list[Place]:
    """All places up to the installer's end, and after it."""
    before = [Place(number) for number in range(1, until_installed + 1)]
    return before + [Place(number, PHASES) for number in range(1, afterwards + 1)]


def sample(count: int, where: Sequence[Place], seed: int = 0, sleepers: int = 8) -> list[Case]:
    """Choose cases evenly over kinds and places; the same for the same arguments.

    Args:
        sleepers: How many cases each of the kinds that wait in real time gets.
    """
    chance = random.Random(seed)
    quick = [kind for kind in Kind if kind not in SLEEPERS]
    rest = count - sleepers * len(SLEEPERS)
    cases = []
    for kind in Kind:
        many = sleepers
        if kind in quick:
            many = rest // len(quick) + (quick.index(kind) < rest % len(quick))
        cases += [Case(kind, place, seed) for place in _spread(many, where, chance)]
    return cases


def _spread(count: int, where: Sequence[Place], chance: random.Random) -> list[Place]:
    """Places from all parts of the whole, one at random in each."""
    edges = [part * len(where) // count for part in range(count + 1)]
    return [where[chance.randrange(low, high)] for low, high in pairwise(edges) if low < high]
