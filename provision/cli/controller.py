"""Asking another process of ours, on this machine, to end."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from provision.engine.clock import HostClock
from provision.journal.process import Process

SAFE_POINT_SECONDS = 30.0
AT_ONCE_SECONDS = 10.0
_LOOK_SECONDS = 0.1


def ask_to_end(process: Process, say: Callable[[str], None]) -> bool:
    """Ask a run's process to stop at its next safe point, then at once; tells whether it is gone.

    Does nothing to a process that cannot be seen from here, nor to another one that has its id.
    """
    asked = (
        (SAFE_POINT_SECONDS, "asked its process to stop at the next safe point"),
        (AT_ONCE_SECONDS, "asked it to stop at once"),
    )
    for seconds, told in asked:
        if process.lives() is not True:
            break
        try:
            os.kill(process.pid, signal.SIGTERM)
        except OSError:
            break
        say(told)
        if _gone_within(process, seconds):
            return True
    return process.lives() is False


def _gone_within(process: Process, seconds: float) -> bool:
    clock = HostClock()
    end = clock.now() + seconds
    while process.lives():
        if clock.now() >= end:
            return False
        clock.sleep(_LOOK_SECONDS)
    return True
