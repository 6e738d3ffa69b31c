"""What happened to a simulated host, as JSON lines: for whoever places faults, and for tests.

Three kinds of lines: each exchange with its number and the fault that struck it; each launch of a
job; and each job with all that it had written, once its folder was removed or the host was closed.
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

    def exchange(self, number: int, action: str, fault: Fault | None) -> None:
        """Take note of an exchange before it is carried out; see `FaultSchedule`."""
        self._write(exchange=number, action=action, fault=fault.kind.value if fault else None)

    def changed(self, before: World, after: World) -> None:
        """Take note of a request that changed the world; see `SimulatedHost`."""
        old = {job.key: job for job in before.jobs}
        new = {job.key: job for job in after.jobs}
        for key, job in old.items():
            if key not in new:
                self._ended(before, job)
        for key, job in new.items():
            if key not in old:
                self._launches[key] += 1
                self._write(launched=job.id, launch=self._launches[key], boot=job.boot)

    def close(self, world: World) -> None:
        """Write what is left of the host's jobs, and close the file."""
        for job in world.jobs:
            self._ended(world, job)
        self._stream.close()

    def _ended(self, world: World, job: Job) -> None:
        self._write(
            ended=job.id,
            launch=self._launches[job.key],
            state=jobs.state(world, job).value,
            records=[[record.kind, record.text] for record in job.log],
        )

    def _write(self, **fields: Any) -> None:
        self._stream.write(json.dumps(fields) + "\n")
        self._stream.flush()
