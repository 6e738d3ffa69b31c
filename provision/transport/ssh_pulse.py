"""Notices that a host has gone without a word: nothing else would, for a quarter of an hour."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

_MISSED = 3


class Pulse:
    """Asks the host for a sign of life now and then, also when nobody waits for output.

    Also keeps the connection alive in firewalls that forget silent ones.

    Args:
        transport: paramiko's.
        seconds: Real seconds between two signs.

    Attributes:
        lost: Three signs in a row did not come; the transport is closed then.
    """

    def __init__(self, transport: Any, seconds: float) -> None:
        self._transport = transport
        self._seconds = seconds
        self._ended = threading.Event()
        self._answered = threading.Event()
        self.lost = False
        threading.Thread(target=self._beat, name="ssh pulse", daemon=True).start()

    def stop(self) -> None:
        """Ask no more."""
        self._ended.set()

    def _beat(self) -> None:
        while not self._ended.wait(self._seconds) and self._transport.is_active():
            self._answered.clear()
            threading.Thread(target=self._ask, name="ssh sign of life", daemon=True).start()
            for _ in range(_MISSED):
                if self._ended.is_set() or self._answered.wait(self._seconds):
                    break
            else:
                self.lost = True
                self._transport.close()

    def _ask(self) -> None:
        # A server that does not know this request says so, which will do.
        with suppress(Exception):
            self._transport.global_request("keepalive@openssh.com", wait=True)
        self._answered.set()
