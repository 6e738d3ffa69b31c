"""Ctrl-C: the first asks the run to stop at the next safe point, the second stops it at once."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


class InterruptCount:
    """How often somebody asked to stop."""

    def __init__(self) -> None:
        self.asked = 0


@contextmanager
def interrupts(ask: Callable[[], None], say: Callable[[str], None]) -> Iterator[InterruptCount]:
    """Handle SIGINT and SIGTERM while a run goes on.

    Args:
        ask: Asks the run to stop; safe in a signal handler.
        say: Tells the user that it was heard.
    """
    count = InterruptCount()

    def handle(_number: int, _frame: FrameType | None) -> None:
        count.asked += 1
        if count.asked > 1:
            raise KeyboardInterrupt
        ask()
        say("stopping at the next safe point; press Ctrl-C again to stop at once")

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield count
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
