"""Holding a host for one run, so that two controllers never drive it at once."""

from __future__ import annotations

from provision.agent.operations.leases import LeaseAnswer, LeaseTake
from provision.engine.memory import RunMemory
from provision.engine.retry import patient
from provision.model.clock import Clock
from provision.model.errors import UnreachableError

SECONDS = 180.0
"""Host seconds that a lease lasts without being renewed."""


class HostHeld(UnreachableError):
    """Another run holds the host."""


def held_by(who: str, since: str, details: str = "") -> HostHeld:
    """The error for a host that somebody else has."""
    return HostHeld(
        f"another run works on this host: {who}, since {since}",
        details=details,
        resolution="Wait until it has ended, or look at it with `provision status`. If nobody is "
        "there any more, take the host with `provision up --take-over`.",
    )


class HostLease:
    """Our lease on one host, renewed on the way with other requests.

    Args:
        take_over: Take it from whoever holds it.

    Attributes:
        mark: How far the run has got.
        seen: How far the host's record has been seen to be.
    """

    def __init__(self, memory: RunMemory, clock: Clock, *, take_over: bool = False) -> None:
        self._memory = memory
        self._clock = clock
        self._take_over = take_over
        self._seconds = patient(clock, SECONDS)
        self._renew_at = 0.0
        self._held = False
        self.mark = 0
        self.seen = 0

    def request(self, *, take_over: bool = False) -> LeaseTake:
        """The request by which the lease is taken or renewed."""
        return LeaseTake(
            owner=self._memory.owner,
            description=self._memory.description,
            seconds=int(self._seconds),
            take_over=take_over or self._take_over,
            run=self._memory.id,
            mark=self.mark,
        )

    def due(self) -> LeaseTake | None:
        """The request that should go along with the next one; None while it is not needed."""
        return self.request() if self._held and self._clock.now() >= self._renew_at else None

    def reach(self, mark: int) -> None:
        """Say how far the run has got; the host is told with the next request."""
        if mark != self.mark:
            self.mark = mark
            self._renew_at = 0.0

    def took(self, answer: LeaseAnswer) -> None:
        """Take note of the host's answer.

        Raises:
            HostHeld: Somebody else has it.
        """
        if not answer.held:
            self._held = False
            details = f"run {answer.run}; its lease lasts {answer.seconds_left:.0f} s more"
            raise held_by(answer.description or answer.owner, answer.since, details)
        self._held = True
        self.seen = self.mark
        self._take_over = False
        self._renew_at = self._clock.now() + self._seconds / 3

    def lost(self) -> bool:
        """Whether nothing is held, so that nothing has to be given back."""
        return not self._held
