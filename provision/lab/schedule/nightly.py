"""When a lab is rebuilt, and by which command."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Nightly:
    """One nightly rebuild.

    Args:
        lab: The lab's name.
        command: What is run.
        folder: In which folder.
        hour: 0 to 23, in local time.
        minute: 0 to 59.
        jitter: Seconds by which the start is put off at random, so that several labs do not begin
            at the same moment.
        budget: Seconds after which the whole is ended; it goes on the next night.
    """

    lab: str
    command: tuple[str, ...]
    folder: str
    hour: int
    minute: int
    jitter: int
    budget: int

    @property
    def unit(self) -> str:
        """A name that systems take."""
        return f"provision-lab-{re.sub(r'[^a-z0-9]+', '-', self.lab.lower()).strip('-') or 'lab'}"

    @property
    def line(self) -> str:
        """The command for a POSIX shell."""
        return shlex.join(self.command)


def time_of_day(written: str) -> tuple[int, int]:
    """Read `2:30`.

    Raises:
        ValueError: It is no time of day.
    """
    found = _TIME.fullmatch(written.strip())
    if found is None:
        raise ValueError(f"{written!r} is no time of day; write it as 02:30")
    return int(found.group(1)), int(found.group(2))
