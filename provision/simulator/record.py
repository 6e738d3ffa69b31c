"""What happened to a simulated host, as JSON lines: for whoever places faults, and for tests.

Three kinds of lines: each exchange with its number and the fault that struck it; each launch of a
job; and each job with all that it had written, once it ended, was removed, or the host was closed.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from provision.simulator.faults import Fault
from provision.simulator.world import jobs
from provision.simulator.world.job import Job
from provision.simulator.world.model import World


def ended(before: World, after: World) -> list[Job]:
    """Give the jobs that ended between two worlds, or were removed without an end."""
    old = {(job.key, job.started_at): job for job in before.jobs}
    new = {(job.key, job.started_at): job for job in after.jobs}
    removed = [job for place, job in old.items() if place not in new and job.exit is None]
    over = [place for place, job in new.items() if job.exit is not None]
    return removed + [new[p] for p in over if p not in old or old[p].exit is None]


class Record:
    """Writes the lines, each at once.

    Args:
        path: Written anew.

    Raises:
        OSError: It cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._stream = path.open("w", encoding="utf-8", newline="\n")
        self._launches: Counter[str] = Counter()
        self._told: set[tuple[str, int]] = set()

    def exchange(self, number: int, action: str, fault: Fault | None) -> None:
        """Take note of an exchange before it is carried out; see `FaultSchedule`."""
        self._write(exchange=number, action=action, fault=fault.kind.value if fault else None)

    def changed(self, before: World, after: World) -> None:
        """Take note of a request that changed the world; see `SimulatedHost`."""
        over = ended(before, after)
        known = {(job.key, job.started_at) for job in before.jobs}
        for job in over:
            if (job.key, job.started_at) in known:
                self._ended(after if job in after.jobs else before, job)
        for job in after.jobs:
            if (job.key, job.started_at) not in known:
                self._launches[job.key] += 1
                self._write(launched=job.id, launch=self._launches[job.key], boot=job.boot)
                if job in over:
                    self._ended(after, job)

    def close(self, world: World) -> None:
        """Write what is left of the host's jobs, and close the file."""
        for job in world.jobs:
            if (job.key, self._launches[job.key]) not in self._told:
                self._ended(world, job)
        self._stream.close()

    def _ended(self, world: World, job: Job) -> None:
        self._told.add((job.key, self._launches[job.key]))
        self._write(
            ended=job.id,
            launch=self._launches[job.key],
            state=jobs.state(world, job).value,
            records=[[record.kind, record.text] for record in job.log],
        )

    def _write(self, **fields: Any) -> None:
        self._stream.write(json.dumps(fields) + "\n")
        self._stream.flush()
