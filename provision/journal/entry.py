"""What the journal holds: runs, and their entries in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Kind(Enum):
    """What an entry tells.

    `EFFECT_STARTED` stands before something is done to the host, `EFFECT_FINISHED` after its answer
    came; one without the other means that it is not known whether it happened. `LINE` is a line of
    an installer, `EVENT` what observers were told.
    """

    CONNECTED = "connected"
    RESUMED = "resumed"
    TASK_STARTED = "task_started"
    EFFECT_STARTED = "effect_started"
    EFFECT_FINISHED = "effect_finished"
    TASK_FINISHED = "task_finished"
    LINE = "line"
    EVENT = "event"
    RUN_FINISHED = "run_finished"


@dataclass(frozen=True, slots=True)
class Run:
    """One run on one host, over all its resumptions.

    Args:
        machine: The host's machine id, as it said itself; empty when the run never got to work.
        playbook_sha256: Of the playbook and everything it includes.
        variables_sha256: Of all variables that templates could use.
        options: As given: check, tags, start_at.
        controller: Who ran it: user, machine, process.
        started: ISO 8601 UTC.
    """

    id: str
    host: str
    machine: str
    playbook: str
    playbook_sha256: str
    variables_sha256: str
    options: Mapping[str, Any]
    controller: str
    started: str

    @property
    def got_to_work(self) -> bool:
        """Whether it reached its host and was given it."""
        return bool(self.machine)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a run's story; never rewritten.

    Args:
        number: Rises over the whole journal.
        time: ISO 8601 UTC with milliseconds.
        task: The task's number in the plan, from 1; None for the run as a whole.
        boot: The token of the host's boot; None before it is known.
    """

    number: int
    run: str
    time: str
    kind: Kind
    task: int | None = None
    boot: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
