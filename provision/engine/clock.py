"""Clocks: of a real host, and of a simulated one that runs faster."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HostClock:
    """The time of a host that lives `speed` host seconds in each real second.

    Never goes backwards, and knows nothing of dates: the host's own clock may jump as it likes.
    """

    speed: float = 1.0

    def now(self) -> float:
        """Host seconds on a monotonic scale."""
        return time.monotonic() * self.speed

    def sleep(self, seconds: float) -> None:
        """Wait for that many host seconds."""
        time.sleep(max(0.0, seconds / self.speed))
