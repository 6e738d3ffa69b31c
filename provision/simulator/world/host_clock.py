"""Host time: real time, some times faster, paused while nobody simulates."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class RealTime(Protocol):
    """Where real seconds come from; tests give one that they move by hand."""

    def now(self) -> float:
        """Real seconds on a monotonic scale."""

    async def wait(self, seconds: float | None, wake: asyncio.Event) -> None:
        """Return after real seconds, or when woken; None waits for the latter alone."""


class Monotonic:
    """The machine's own time."""

    def now(self) -> float:
        """See `RealTime`."""
        return time.monotonic()

    async def wait(self, seconds: float | None, wake: asyncio.Event) -> None:
        """See `RealTime`."""
        try:
            async with asyncio.timeout(seconds):
                await wake.wait()
        except TimeoutError:
            return


class HostClock:
    """Host seconds from a starting point on.

    Args:
        start: Host time now.
        speed: Host seconds per real second.
    """

    def __init__(self, start: float, speed: float, source: RealTime) -> None:
        self._start = start
        self._speed = speed
        self._source = source
        self._since = source.now()

    def set_speed(self, speed: float) -> None:
        """Live faster or slower from now on; whoever waits must be woken to wait anew."""
        self._start, self._since = self.now(), self._source.now()
        self._speed = speed

    def now(self) -> float:
        """Give the host time."""
        return self._start + (self._source.now() - self._since) * self._speed

    async def wait_until(self, host_time: float | None, wake: asyncio.Event) -> None:
        """Return at a host time, or when woken; None waits for the latter alone."""
        if host_time is None:
            await self._source.wait(None, wake)
            return
        seconds = (host_time - self.now()) / self._speed
        await self._source.wait(max(seconds, 0.0), wake)
