"""Turns what the engine notices into events, and hands them to every observer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from provision.model.event import Event, Observer

E = TypeVar("E", bound=Event)


class Emitter:
    """Stamps events with the time and the host.

    Args:
        host: The host's name.
        observers: Told in this order; none of them can stop a run.
    """

    def __init__(self, host: str, observers: Sequence[Observer]) -> None:
        self._host = host
        self._observers = tuple(observers)

    def emit(self, kind: type[E], /, **fields: Any) -> None:
        """Make an event of this kind and let every observer notice it."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        event = kind(time=now, host=self._host, **fields)
        for observer in self._observers:
            observer.notice(event)
