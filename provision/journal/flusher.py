"""Writes what waits a short while after it came, from a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Flusher:
    """Calls `flush` once, at most `seconds` after it was poked.

    The seconds are real ones: they bound what a crash can lose.

    Args:
        flush: Safe to call from another thread; must not raise.
    """

    def __init__(self, flush: Callable[[], None], seconds: float) -> None:
        self._flush = flush
        self._seconds = seconds
        self._poked = threading.Event()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def poke(self) -> None:
        """Say that something waits."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
            self._thread.start()
        self._poked.set()

    def close(self) -> None:
        """End the thread; what waits is flushed first."""
        self._closed.set()
        self._poked.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._closed.is_set():
            self._poked.wait()
            self._closed.wait(self._seconds)
            self._poked.clear()
            self._flush()
