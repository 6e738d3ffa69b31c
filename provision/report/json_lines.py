"""Events as JSON lines, for programs: the shape is that of `model/event.py` and nothing else."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TextIO

from pydantic_core import PydanticSerializationError

from provision.model.errors import InputError, Problem
from provision.model.event import Event

_SECONDS = ("seconds", "real_seconds", "elapsed")


class JsonLines:
    """Writes one event a line and flushes it, so that a reader sees it at once.

    A stream that fails (disk full, reader gone) never stops a run: the first failure is kept, and
    nothing more is written.

    Args:
        stream: Where lines go.
        owned: Close the stream at the end.
    """

    def __init__(self, stream: TextIO, *, owned: bool = False) -> None:
        self._stream = stream
        self._owned = owned
        self.failure: OSError | None = None

    @classmethod
    def open(cls, path: str) -> JsonLines:
        """Open a file for events before anything else is done; `-` is standard output.

        Raises:
            InputError: The file cannot be written.
        """
        if path == "-":
            return cls(sys.stdout)
        try:
            stream = Path(path).open("w", encoding="utf-8", newline="\n")  # noqa: SIM115
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise InputError([Problem(f"--events: {path!r} cannot be written: {reason}")]) from None
        return cls(stream, owned=True)

    def notice(self, event: Event) -> None:
        """Write one event."""
        if self.failure is not None:
            return
        try:
            self._stream.write(_line(_in_milliseconds(event)) + "\n")
            self._stream.flush()
        except OSError as error:
            self.failure = error

    def close(self) -> None:
        """Close the file, if it is ours."""
        if not self._owned:
            return
        try:
            self._stream.close()
        except OSError as error:
            self.failure = self.failure or error


def _line(event: Event) -> str:
    try:
        return event.model_dump_json()
    except PydanticSerializationError:  # Half a surrogate pair, of a program that writes nonsense.
        return json.dumps(event.model_dump(mode="json"), separators=(",", ":"))


def _in_milliseconds(event: Event) -> Event:
    """Round an event's seconds: more digits than a clock has tell nothing."""
    seconds = {name: getattr(event, name) for name in _SECONDS if hasattr(event, name)}
    return event.model_copy(update={name: round(value, 3) for name, value in seconds.items()})
