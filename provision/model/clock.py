"""The one source of time for deadlines and waits.

Host seconds and real seconds differ on a simulated host, which may run many times faster. All
deadlines and waits in the tool are in host seconds and ask a `Clock`; nothing sleeps on its own.
"""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Time as the host under work experiences it."""

    @property
    def speed(self) -> float:
        """Host seconds per real second; 1 for a real host."""

    def now(self) -> float:
        """Host seconds on a monotonic scale; only differences mean anything."""

    def sleep(self, seconds: float) -> None:
        """Wait for that many host seconds."""
