"""What runs behind a command: the half that reads input, over an output pipe."""

from __future__ import annotations

from typing import Final, Protocol

CONTROL_C_EXIT: Final = 0xC000013A
"""STATUS_CONTROL_C_EXIT: how Windows reports a program that was interrupted."""


class Program(Protocol):
    """A running program. It writes to its `OutputPipe` and finishes it."""

    async def write(self, data: bytes, *, end: bool) -> None:
        """Give it input; waits while it holds too much unread. `end` closes its input."""

    def interrupt(self) -> None:
        """Ctrl+C; nothing happens to a program that is over."""

    def close(self) -> None:
        """End it at once, with everything it started."""

    async def wait_closed(self) -> None:
        """Return when nothing of it is left, after `close`."""


class FinishedProgram:
    """A modelled program: it was over before its first input came."""

    async def write(self, data: bytes, *, end: bool) -> None:
        """Input goes nowhere."""

    def interrupt(self) -> None:
        """Too late."""

    def close(self) -> None:
        """Nothing is left."""

    async def wait_closed(self) -> None:
        """Nothing is left."""
