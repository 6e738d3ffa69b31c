"""What became of a host's work after `provision cancel`, as people and as programs read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from provision.cli.host_look import Seen, left_row
from provision.report.text import clean


@dataclass(frozen=True, slots=True)
class Work:
    """Something that ran on a host.

    Args:
        kind: `job`, or `command`: of a task that waits for it.
    """

    kind: Literal["job", "command"]
    id: str

    def __str__(self) -> str:
        return f"{self.kind} {clean(self.id)}"


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What became of a host's work.

    Args:
        stopped: What was stopped: jobs, and commands of tasks.
        refused: What could not be stopped, with the reason.
        run: The run that was cancelled; empty when none was open.
        left: What is on the host afterwards.
        unknown: What could not be looked for.
    """

    host: str
    stopped: tuple[Work, ...]
    refused: tuple[tuple[Work, str], ...]
    run: str
    left: Seen
    unknown: tuple[str, ...]

    def page(self) -> Iterator[str]:
        """Write it for people."""
        yield clean(self.host)
        for work in self.stopped:
            yield f"  stopped {work}, with its whole process tree"
        for work, why in self.refused:
            yield f"  {work} could NOT be stopped: {clean(why)}"
        if not self.stopped and not self.refused:
            yield "  nothing was running"
        rows = [f"job {clean(job.id)}: {job.state.value}" for job in self.left.jobs]
        rows += [f"command {clean(call.id)}: running" for call in self.left.calls]
        rows += [left_row(one) for one in self.left.left]
        yield "  left on the host:" if rows else "  nothing is left on the host"
        yield from (f"    {row}" for row in rows)
        yield from (f"  not looked for: {clean(why)}" for why in self.unknown)
        if self.run:
            yield f"  run {self.run} is cancelled: `provision up` goes on with it,"
            yield "  `provision up --fresh` begins anew"

    def data(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {
            "host": self.host,
            "run": self.run,
            "stopped": [work.id for work in self.stopped],
            "refused": {work.id: why for work, why in self.refused},
            "jobs": {job.id: job.state.value for job in self.left.jobs},
            "calls": [call.id for call in self.left.calls],
            "left": [one.model_dump(mode="json") for one in self.left.left],
            "unknown": list(self.unknown),
        }
