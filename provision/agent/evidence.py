"""What a process wrote beside its answers: kept for people, in bounded memory."""

from __future__ import annotations

from collections import deque

from provision.agent.clixml import readable
from provision.agent.frame import Answer, Garbled, Received, Stray

_MOST_LINES = 100
_MOST_STDERR = 64 * 1024


class Evidence:
    """The last strays of an agent, and the end of its standard error."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=_MOST_LINES)
        self._stderr = b""

    def add_received(self, found: Received) -> None:
        """Keep what is no answer."""
        match found:
            case Stray(text):
                self._lines.append(text)
            case Garbled(_, text, reason):
                self._lines.append(f"{text[:200]} ({reason})")
            case Answer():
                pass

    def add_stderr(self, data: bytes) -> None:
        """Keep the end of standard error."""
        self._stderr = (self._stderr + data)[-_MOST_STDERR:]

    @property
    def strays(self) -> tuple[str, ...]:
        """The last 100 lines on standard output that were no answers."""
        return tuple(self._lines)

    @property
    def stderr(self) -> str:
        """The end of standard error, as text."""
        return readable(self._stderr)

    def __str__(self) -> str:
        return "\n".join(text for text in (self.stderr, *self.strays) if text)
