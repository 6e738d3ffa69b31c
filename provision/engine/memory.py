"""What a run remembers over its interruptions, by the journal.

A run that did not come to its end is gone on with, under its own id, when playbook, variables,
options and host are what they were. Its id makes the ids of jobs and recorded calls on the host, so
asking the host for the same thing again finds what was begun before. What the journal alone can
tell is taken from it: results of steps that must not be carried out twice, and restarts.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from provision.journal.entry import Entry, Kind, Run
from provision.journal.process import Process
from provision.journal.store import Journal, now
from provision.model.boot import BootIdentity
from provision.model.facts import Facts
from provision.model.outcome import Json, StepResult

ENDED = frozenset(("ok", "changed", "failed"))
"""Outcomes after which a run is not gone on with."""

LONGEST_ANSWER = 2000
"""Characters of an answer that are kept."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A task that finished in an earlier part of this run."""

    result: StepResult
    value: Mapping[str, Json]
    time: str


@dataclass(slots=True)
class Past:
    """What an unfinished run had come to.

    Args:
        run: The run.
        finished: Its finished tasks, by number.
        restarts: Boots that it asked to end, by the number of the task that had not finished.
        jobs: Jobs that unfinished tasks started and did not begin to remove, by the task; each
            with the number of the effect.
        started: The number of the last task that it began; 0 for none.
        mark: How far the host's own record had been seen to follow.
        cancels: How often its work on the host was stopped by a person: that work is begun anew.
    """

    run: Run
    finished: dict[int, Remembered] = field(default_factory=dict)
    restarts: dict[int, list[BootIdentity]] = field(default_factory=dict)
    jobs: dict[int, dict[str, int]] = field(default_factory=dict)
    started: int = 0
    mark: int = 0
    cancels: int = 0


class RunMemory:
    """One run's writing and reading of the journal.

    Args:
        journal: None remembers nothing: for check mode.
        run: How the run is called if it begins anew; `machine` is filled in later.
        fresh: Never go on with an earlier run.
    """

    def __init__(self, journal: Journal | None, run: Run, *, fresh: bool = False) -> None:
        self._journal = journal
        self._new = run
        self._past: Past | None = None
        self._began = False
        self._effects = 0
        self._boot: str | None = None
        self._left: frozenset[str] = frozenset()
        self.unfinished: Run | None = None
        self.id = run.id
        self.owner = owner_of(run.id)
        if journal is not None and not fresh:
            self._look_back(journal)

    @property
    def keeps(self) -> bool:
        """Whether there is a journal: a run without one changes nothing, and holds no lease."""
        return self._journal is not None

    @property
    def began(self) -> bool:
        """Whether the journal has this run: from the moment that the host was found to be right."""
        return self._began

    @property
    def description(self) -> str:
        """Who we are, for others."""
        return self._new.controller

    @property
    def done(self) -> int:
        """How many tasks had finished before."""
        return len(self._past.finished) if self._past else 0

    @property
    def last_started(self) -> int:
        """The number of the last task that the earlier part began."""
        return self._past.started if self._past else 0

    @property
    def mark(self) -> int:
        """How far the host's own record must at least be, if it is the host that it was."""
        return self._past.mark if self._past else 0

    def objection(self, facts: Facts) -> str:
        """Say why the unfinished run cannot be gone on with; empty when it can."""
        earlier = self.unfinished
        if earlier is None:
            return ""
        differences = (
            (earlier.playbook_sha256, self._new.playbook_sha256, "the playbook has changed"),
            (earlier.variables_sha256, self._new.variables_sha256, "variables have changed"),
            (dict(earlier.options), dict(self._new.options), "the options are others"),
            (earlier.machine, _machine(facts), "another machine answers at this address"),
        )
        found = [told for before, after, told in differences if before != after]
        return " and ".join(found)

    def go_on(self) -> None:
        """Take up the unfinished run."""
        assert self._journal is not None
        assert self._past is not None
        last = max((e.number for e in self._journal.entries(self._past.run.id)), default=0)
        self._began = True
        self._append(Kind.RESUMED, data={"owner": self.owner, "after": last})

    def begin(self, facts: Facts) -> None:
        """Begin a run of its own."""
        self._past = None
        self.id = self._new.id
        if self._journal is not None:
            self._journal.begin(replace(self._new, machine=_machine(facts)))
            self._began = True
            self._append(Kind.RESUMED, data={"owner": self.owner, "after": 0})

    def never_began(self) -> str:
        """Write down a run that ends before it got to work; gives its id, empty without a journal.

        It stands for itself: an earlier run that has not come to its end is still the next one's to
        go on with.
        """
        if self._journal is None:
            return ""
        self._journal.begin(self._new)
        data = {"owner": owner_of(self._new.id), "after": 0}
        self._journal.append(self._new.id, Kind.RESUMED, data=data)
        return self._new.id

    def connected(self, facts: Facts) -> None:
        """Write down which boot of which host it is."""
        self._boot = facts.boot.token
        data = {
            "boot": facts.boot.model_dump(),
            "computer_name": facts.computer_name,
            "machine_id": facts.machine_id,
            "os_build": facts.os_build,
        }
        self._append(Kind.CONNECTED, data=data)

    def is_ours(self, owner: str) -> bool:
        """Tell whether a holder of the host's lease may be passed over.

        So it is with an earlier process on this journal, and with any process of this machine that
        is seen to be gone.
        """
        if self._journal is None:
            return False
        holder = Process.named(owner.rpartition("/")[2])
        if holder is not None and holder.lives() is False:
            return True
        return any(
            entry.data.get("owner") == owner
            for run in self._journal.runs(self._new.host, limit=20, at_work=True)
            for entry in self._journal.entries(run.id, kinds=(Kind.RESUMED,))
        )

    @property
    def cancels(self) -> int:
        """How often the earlier part's work on the host was stopped by a person."""
        return self._past.cancels if self._past else 0

    def remembered(self, task: int) -> Remembered | None:
        """The result of a task that finished before."""
        return self._past.finished.get(task) if self._past else None

    def restarted_before(self, task: int, boot: BootIdentity) -> BootIdentity | None:
        """The boot that this task asked to end before it was interrupted, if that came to pass.

        Each such restart is given once.
        """
        pending = self._past.restarts.get(task, []) if self._past else []
        while pending:
            old = pending.pop(0)
            if not old.same_boot(boot):
                return old
        return None

    def jobs_begun(self, task: int) -> frozenset[str]:
        """Jobs that this run started in a task before it was interrupted.

        And those that the run before left running at its end: that nobody has taken their results.
        """
        return self._left | frozenset(self._past.jobs.get(task, ()) if self._past else ())

    def task_started(self, task: int, name: str, step: str, mark: int) -> None:
        """Write down that a task begins.

        Args:
            mark: How far the host's own record has been seen to be.
        """
        data = {"name": name, "step": step, "mark": mark}
        self._append(Kind.TASK_STARTED, task, data, soon=True)

    def task_finished(
        self,
        task: int,
        result: StepResult,
        value: Mapping[str, Json],
        seconds: float,
        running: Sequence[str] = (),
    ) -> None:
        """Write down how a task ended.

        Args:
            running: Jobs that go on on the host.
        """
        data = {
            "outcome": result.outcome.value,
            "seconds": round(seconds, 3),
            "result": result.model_dump(mode="json", exclude={"value"}),
            "value": dict(value),
            "running": list(running),
        }
        self._append(Kind.TASK_FINISHED, task, data)

    def effect_started(self, task: int, what: str, params: Mapping[str, Json]) -> int:
        """Write down that something is about to be done to the host; gives its number."""
        self._effects += 1
        if what == "job.start" and self._past is not None:
            # Whatever restart was asked for before it is over.
            self._past.restarts.pop(task, None)
        data = {"effect": self._effects, "what": what, "params": dict(params)}
        self._append(Kind.EFFECT_STARTED, task, data)
        return self._effects

    def effect_finished(self, task: int, effect: int, answer: Any) -> None:
        """Write down what came of it."""
        text = json.dumps(answer, default=str)
        kept = answer if len(text) <= LONGEST_ANSWER else text[:LONGEST_ANSWER]
        self._append(Kind.EFFECT_FINISHED, task, {"effect": effect, "answer": kept}, soon=True)

    def in_boot(self, boot: BootIdentity) -> None:
        """Take note of the boot in which what follows happens."""
        self._boot = boot.token

    def _append(
        self, kind: Kind, task: int | None = None, data: Any = None, *, soon: bool = False
    ) -> None:
        """Write an entry; one that tells nothing new of the host may wait for the next that does.

        Losing it is as if the process had died a moment earlier.
        """
        if self._journal is not None and self._began:
            write = self._journal.append_soon if soon else self._journal.append
            write(self.id, kind, task=task, boot=self._boot, data=data)

    def _look_back(self, journal: Journal) -> None:
        for run in journal.runs(self._new.host, limit=1, at_work=True):
            entries = list(journal.entries(run.id))
            past = recall(run, entries)
            if past is not None:
                self._past, self.unfinished, self.id = past, run, run.id
            else:
                self._left = _left_running(entries)


def recall(run: Run, entries: list[Entry]) -> Past | None:
    """Replay a run's entries; None when it came to its end. Pure: any prefix can be replayed."""
    past = Past(run)
    ended = False
    for entry in entries:
        match entry.kind:
            case Kind.RUN_FINISHED:
                ended = entry.data.get("outcome") in ENDED
                if entry.data.get("cancelled"):
                    past.jobs.clear()
                    past.cancels += 1
            case Kind.RESUMED:
                ended = False
            case Kind.TASK_STARTED if entry.task is not None:
                past.started = max(past.started, entry.task)
                past.mark = max(past.mark, entry.data.get("mark", 0))
            case Kind.TASK_FINISHED if entry.task is not None:
                past.restarts.pop(entry.task, None)
                result = StepResult.model_validate(entry.data["result"])
                if result.failure is None:
                    past.jobs.pop(entry.task, None)
                    past.finished[entry.task] = Remembered(
                        result, entry.data.get("value", {}), entry.time
                    )
            case Kind.EFFECT_STARTED if entry.task is not None:
                _began(past, entry.task, entry.data)
            case Kind.EFFECT_FINISHED if entry.task is not None:
                answer = entry.data.get("answer")
                if isinstance(answer, dict) and "error" in answer:
                    _refused(past, entry.task, entry.data["effect"])
    return None if ended else past


def _began(past: Past, task: int, data: Mapping[str, Any]) -> None:
    what, params = str(data["what"]), data["params"]
    if what == "restart":
        boot = BootIdentity.model_validate(params["boot"])
        past.restarts.setdefault(task, []).append(boot)
    elif what == "job.start":
        past.jobs.setdefault(task, {})[params["id"]] = data["effect"]
    elif "job.remove" in what:
        past.jobs.pop(task, None)


def _left_running(entries: list[Entry]) -> frozenset[str]:
    """The jobs that went on on the host when a run came to its end."""
    ends = [entry for entry in entries if entry.kind is Kind.TASK_FINISHED]
    return frozenset(ends[-1].data.get("running", ())) if ends else frozenset()


def _refused(past: Past, task: int, effect: int) -> None:
    jobs = past.jobs.get(task, {})
    for job in [job for job, number in jobs.items() if number == effect]:
        del jobs[job]


def _machine(facts: Facts) -> str:
    return facts.machine_id or "unknown"


def owner_of(run: str) -> str:
    """The name under which this process holds a host for a run."""
    return f"{run}/{Process.own().name}"


def describe_controller() -> str:
    """This process in words: who, on which machine, which process."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "unknown"
    return f"{user}@{platform.node()}, process {os.getpid()}"


def digest(data: Any) -> str:
    """A hash of plain data, whatever the order of its keys."""
    text = json.dumps(data, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def new_run(
    run: str, host: str, playbook: tuple[str, str], variables: Any, options: Mapping[str, Any]
) -> Run:
    """Describe a run that is about to begin.

    Args:
        playbook: Its file and its hash.
    """
    return Run(
        id=run,
        host=host,
        machine="",
        playbook=playbook[0],
        playbook_sha256=playbook[1],
        variables_sha256=digest(variables),
        options=dict(options),
        controller=describe_controller(),
        started=now(),
    )
