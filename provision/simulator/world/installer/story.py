"""Collects what a script will do, moment by moment, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn

from provision.agent.operations.base import ErrorRecord
from provision.simulator.world.effects import Effect, Finish, Log, Work
from provision.simulator.world.windows import thrown, written_again

BUSY = (0.55, 4_000_000.0)
"""Processor seconds and bytes per host second while a script installs something."""

COPYING = (0.30, 2_500_000.0)
WAITING = (0.04, 20_000.0)
STILL = (0.0, 0.0)


class ScriptEnds(Exception):
    """The script does nothing more."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that a script does.

    Args:
        delay: Host seconds since the script's first line.
    """

    delay: float
    effect: Effect


@dataclass(slots=True)
class Story:
    """A script's timeline under construction.

    Args:
        job: The job's id.
        script: Base name of the script.
    """

    job: str
    script: str
    time: float = 0.0
    moments: list[Moment] = field(default_factory=list)

    def wait(self, seconds: float, pace: tuple[float, float] = BUSY) -> None:
        """Let host seconds pass, with signs of life at this pace."""
        cpu_rate, io_rate = pace
        self.do(Work(job=self.job, cpu_rate=cpu_rate, io_rate=io_rate))
        self.time += seconds

    def do(self, *effects: Effect) -> None:
        """Change the world now."""
        self.moments.extend(Moment(self.time, effect) for effect in effects)

    def say(self, *lines: str, kind: str = "output") -> None:
        """Write records now."""
        self.do(*(Log(job=self.job, kind=kind, text=line) for line in lines))

    def error(self, record: ErrorRecord) -> None:
        """Write an error that does not end the script."""
        self.do(Log(job=self.job, kind="error", text=record.message, error=record))

    def leave(self) -> NoReturn:
        """End by a bare `exit`."""
        self.do(Finish(job=self.job, exit_code=None))
        raise ScriptEnds

    def fail(self, record: ErrorRecord | str) -> NoReturn:
        """End in the script's outer catch: the error is written again, without its ids.

        The error itself stays in `$Error`, so the job's runner adds it as `caught`.
        """
        first = thrown(record, self.script) if isinstance(record, str) else record
        self.error(written_again(first, self.script))
        self.do(Log(job=self.job, kind="caught", text=first.message, error=first))
        self.do(Finish(job=self.job, exit_code=None))
        raise ScriptEnds

    def hang(self) -> NoReturn:
        """Stop for good, alive."""
        cpu_rate, io_rate = STILL
        self.do(Work(job=self.job, cpu_rate=cpu_rate, io_rate=io_rate))
        raise ScriptEnds
