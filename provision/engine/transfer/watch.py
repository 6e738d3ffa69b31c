"""Who looks on while a transfer goes on: progress for people, and safe points."""

from __future__ import annotations

from collections.abc import Callable

from provision.engine.interruption import Interruption
from provision.model.clock import Clock
from provision.model.errors import TaskError

REAL_SECONDS = 2.0
"""Between two lines of progress."""


class Watch:
    """Tells of progress now and then, and ends a transfer that should not go on.

    Args:
        say: Shows a line.
        timeout: Host seconds that the task may take in all; None for no limit.
        elapsed: Host seconds since the task began.
    """

    def __init__(
        self,
        clock: Clock,
        interruption: Interruption,
        say: Callable[[str], None],
        elapsed: Callable[[], float],
        timeout: float | None = None,
    ) -> None:
        self._clock = clock
        self._interruption = interruption
        self._say = say
        self._elapsed = elapsed
        self._timeout = timeout
        self._began = self._said = clock.now()
        self._first: int | None = None

    def begin(self) -> None:
        """Another content follows: measure its speed alone."""
        self._began = self._clock.now()
        self._first = None

    def moved(self, name: str, done: int, total: int) -> None:
        """Be a safe point, with so many bytes in place.

        Raises:
            Interrupted: Somebody asked the run to stop.
            TaskError: The task's time is over.
        """
        self._interruption.check()
        if self._timeout is not None and self._elapsed() > self._timeout:
            raise TaskError(
                f"{name}: only {done} of {total} bytes were carried in {self._timeout:.0f} s",
                resolution="Raise the task's `timeout`; the next run goes on from there.",
            )
        now = self._clock.now()
        if self._first is None:
            self._first = done
        if (now - self._said) / self._clock.speed < REAL_SECONDS:
            return
        self._said = now
        seconds = max(1e-9, (now - self._began) / self._clock.speed)
        speed = megabytes(round((done - self._first) / seconds))
        share = 100 * done // max(1, total)
        self._say(f"{name}: {share} % of {megabytes(total)}, {speed} a second")


def megabytes(count: int) -> str:
    """Write a number of bytes for people."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} bytes"
