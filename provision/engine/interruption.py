"""Stopping a run at the next safe point."""

from __future__ import annotations

import threading

from provision.model.clock import Clock
from provision.model.errors import ProvisionError


class Interrupted(ProvisionError):
    """Somebody asked the run to stop, and it stopped at a safe point."""


class Interruption:
    """A flag that a signal handler may set, and waits that end when it is set."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked = threading.Event()

    def ask(self) -> None:
        """Ask the run to stop; safe in a signal handler."""
        self._asked.set()

    @property
    def asked(self) -> bool:
        """Whether somebody asked."""
        return self._asked.is_set()

    def check(self) -> None:
        """Be a safe point.

        Raises:
            Interrupted: Somebody asked.
        """
        if self._asked.is_set():
            raise Interrupted("interrupted")

    def sleep(self, seconds: float) -> None:
        """Wait host seconds, and be a safe point all the while."""
        self._asked.wait(max(0.0, seconds / self._clock.speed))
        self.check()
