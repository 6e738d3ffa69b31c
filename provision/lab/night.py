"""One night: what became of each VM, replayed from what was written down. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from provision.lab.phase import ENDS, Phase


class Kind(Enum):
    """What an entry of a night tells."""

    PHASE = "phase"
    RUN = "run"
    NOTE = "note"
    RESUMED = "resumed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class NightEntry:
    """One line of a night's story; never rewritten.

    Args:
        number: Rises over all nights.
        time: ISO 8601 UTC with milliseconds.
        vm: Empty for the night as a whole.
    """

    number: int
    night: str
    time: str
    kind: Kind
    vm: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Night:
    """One rebuild of a lab.

    Args:
        id: Begins with its date.
        controller: Who ran it: user, machine, process.
        started: ISO 8601 UTC.
        vms: What was to be rebuilt, in order.
    """

    id: str
    lab: str
    controller: str
    started: str
    vms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlaybookRun:
    """One run of one playbook on a VM's host.

    Args:
        run: Its id in the journal of the host file; empty when it never began.
        work: `up` or `verify`.
        seconds: Host seconds.
        warnings: Ids of known issues.
        installed: What verification found, by check: versions of what was installed.
    """

    run: str
    work: str
    playbook: str
    exit_code: int
    outcome: str
    seconds: float
    warnings: tuple[str, ...] = ()
    installed: Mapping[str, str] = field(default_factory=dict)
    message: str = ""


@dataclass(frozen=True, slots=True)
class Rebuild:
    """What became of one VM in one night.

    Args:
        phase: Where it stands, or how it ended.
        failed_in: The phase in which it failed.
        message: Why it failed or was skipped.
        snapshot: The green snapshot that was taken.
        phases: When each phase began, ISO 8601 UTC, in order.
        ended: When it ended.
        notes: What was noticed and did no harm.
    """

    vm: str
    phase: Phase = Phase.WAITING
    failed_in: Phase | None = None
    message: str = ""
    snapshot: str = ""
    phases: tuple[tuple[Phase, str], ...] = ()
    ended: str = ""
    runs: tuple[PlaybookRun, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NightStory:
    """A night with all its VMs.

    Args:
        ended: ISO 8601 UTC; empty while it goes on, or when it was cut off.
        interrupted: Somebody stopped it.
    """

    night: Night
    rebuilds: Mapping[str, Rebuild]
    ended: str = ""
    interrupted: bool = False

    @property
    def finished(self) -> bool:
        """Whether every VM came to its end."""
        return all(one.phase in ENDS for one in self.rebuilds.values())

    @property
    def green(self) -> bool:
        """Whether every VM is green."""
        return all(one.phase is Phase.GREEN for one in self.rebuilds.values())


def recall(night: Night, entries: Iterable[NightEntry]) -> NightStory:
    """Replay a night's entries; any prefix can be replayed."""
    rebuilds = {name: Rebuild(name) for name in night.vms}
    ended, interrupted = "", False
    for entry in entries:
        match entry.kind:
            case Kind.RESUMED:
                ended, interrupted = "", False
            case Kind.ENDED:
                ended, interrupted = entry.time, bool(entry.data.get("interrupted"))
            case _ if entry.vm in rebuilds:
                rebuilds[entry.vm] = _after(rebuilds[entry.vm], entry)
    return NightStory(night, rebuilds, ended, interrupted)


def _after(rebuild: Rebuild, entry: NightEntry) -> Rebuild:
    data = entry.data
    match entry.kind:
        case Kind.PHASE:
            phase = Phase(data["phase"])
            more: dict[str, Any] = {"phase": phase, "message": data.get("message", "")}
            if phase is Phase.FAILED:
                more["failed_in"] = rebuild.phase
            if phase in ENDS:
                more["ended"] = entry.time
            else:
                more["phases"] = (*rebuild.phases, (phase, entry.time))
            if snapshot := data.get("snapshot"):
                more["snapshot"] = snapshot
            return replace(rebuild, **more)
        case Kind.RUN:
            run = PlaybookRun(**{**data, "warnings": tuple(data.get("warnings", ()))})
            return replace(rebuild, runs=(*rebuild.runs, run))
        case Kind.NOTE:
            return replace(rebuild, notes=(*rebuild.notes, str(data["text"])))
        case _:
            return rebuild
