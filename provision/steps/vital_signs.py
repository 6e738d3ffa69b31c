"""Tells silence from death by what a job's processes do.

A long download and a hung script are equally silent. What tells them apart is the processor time
and the input and output of the job's processes, judged over a window: the job's own runner beats
once a second, and that must not count as life of the script.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, model_validator

from provision.agent.operations.jobs import JobPollAnswer, JobProcess
from provision.playbook.durations import Duration

WINDOW = 30.0
"""Host seconds over which movement is judged."""

CPU_SHARE = 0.02
"""Share of one processor above which the script counts as working. A guess: not measured on
Windows."""

IO_RATE = 2048.0
"""Bytes per host second above which it counts as working; a beat is about 100. A guess as well."""


class Silence(BaseModel):
    """How long a job may say nothing.

    Args:
        report_after: Host seconds of silence until it is reported with its evidence, and again
            after each further such time.
        give_up_after: Host seconds without output, processor time and input or output after which
            the job counts as hung and is stopped.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    report_after: Duration = Field(default=300, gt=0)
    give_up_after: Duration = Field(default=3600, gt=0)

    @model_validator(mode="after")
    def _in_order(self) -> Silence:
        if self.give_up_after < WINDOW:
            raise ValueError(f"give_up_after: at least {WINDOW:g} seconds can be judged")
        return self


@dataclass(frozen=True, slots=True)
class _Mark:
    at: float
    process: JobProcess


class VitalSigns:
    """The signs of life of one job.

    Args:
        now: Host seconds since the task began.
    """

    def __init__(self, silence: Silence, now: float) -> None:
        self._silence = silence
        self._mark: _Mark | None = None
        self._since_report: _Mark | None = None
        self._moved_at = now
        self._reported_at = now

    def look(self, answer: JobPollAnswer, now: float) -> None:
        """Take note of one answer."""
        process = answer.process
        if answer.records or process is None:
            self._moved_at = now
        if answer.records:
            self._reported_at = now
            self._since_report = None
        if process is None:
            self._mark = None
            return
        if self._since_report is None:
            self._since_report = _Mark(now, process)
        if self._mark is None:
            self._mark = _Mark(now, process)
        elif now - self._mark.at >= WINDOW:
            if _moves(self._mark, _Mark(now, process)):
                self._moved_at = now
            self._mark = _Mark(now, process)

    def report(self, answer: JobPollAnswer, now: float) -> str | None:
        """What to tell of a silence; None when it is not time for that."""
        if now - self._reported_at < self._silence.report_after:
            return None
        self._reported_at = now
        silent = f"silent for {minutes(answer.idle_seconds)}"
        if answer.process is None or self._since_report is None:
            return f"{silent}; its process cannot be looked at"
        before, self._since_report = self._since_report, _Mark(now, answer.process)
        cpu = answer.process.cpu_seconds - before.process.cpu_seconds
        moved = answer.process.io_bytes - before.process.io_bytes
        return (
            f"{silent}; process {answer.process.id} is alive: in the last "
            f"{minutes(now - before.at)} {cpu:+.1f} s of CPU, {moved / 1e6:+.1f} MB of I/O"
        )

    def hung_for(self, now: float) -> float | None:
        """Host seconds for which nothing moved, when that is too long; else None."""
        still = now - self._moved_at
        return still if still >= self._silence.give_up_after else None


def minutes(seconds: float) -> str:
    """Write a time as people say it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def _moves(old: _Mark, new: _Mark) -> bool:
    # The sums fall when a child process ends, which is movement too.
    seconds = new.at - old.at
    cpu = abs(new.process.cpu_seconds - old.process.cpu_seconds)
    moved = abs(new.process.io_bytes - old.process.io_bytes)
    return cpu >= CPU_SHARE * seconds or moved >= IO_RATE * seconds
