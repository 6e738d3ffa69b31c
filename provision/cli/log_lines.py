"""A run's lines out of the journal, also while it goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator

from provision.cli.records import living_holder
from provision.engine.clock import HostClock
from provision.journal.echo import SPOKEN
from provision.journal.entry import Entry, Kind, Run
from provision.journal.observer import SKIPPED
from provision.journal.store import Journal
from provision.report.phrases import PLAINLY_SAID
from provision.report.text import clean, duration, lines

SECONDS_BETWEEN_LOOKS = 0.3
_KINDS = (Kind.LINE, Kind.TASK_STARTED, Kind.RESUMED, Kind.RUN_FINISHED, Kind.EVENT)


class LogLines:
    """Chooses and writes lines.

    Args:
        task: A task's number, or a part of its name; None for all.
        everything: Also lines that the host did not speak.
    """

    def __init__(self, task: str | None, *, everything: bool, as_json: bool) -> None:
        self._task = task
        self._everything = everything
        self._as_json = as_json
        self._names: dict[int, str] = {}
        self._head: int | None = None
        self._written = False
        self._unsaid = False
        self.notes: list[str] = []
        self.ended = False
        self.owner = ""

    def take(self, entry: Entry) -> Iterator[str]:
        """Write what an entry has to say."""
        match entry.kind:
            case Kind.TASK_STARTED if entry.task is not None:
                self._names[entry.task] = str(entry.data.get("name"))
            case Kind.EVENT if entry.data.get("event") == "plan_made":
                for number, row in enumerate(entry.data["tasks"], 1):
                    self._names.setdefault(number, str(row["task"]))
            case Kind.RESUMED:
                self.ended = False
                self.owner = str(entry.data.get("owner", ""))
            case Kind.RUN_FINISHED:
                self.ended = True
            case Kind.LINE if self._is_wanted(entry):
                self._written = True
                yield from self._line(entry)

    def close(self, *, broken_off: bool) -> None:
        """Say what a reader would miss."""
        if broken_off:
            self.notes.append("the run broke off: its process is gone, and wrote no end")
        if self._task is not None and not any(map(self._is_chosen, self._names.items())):
            tasks = "; ".join(f"{number} {name}" for number, name in self._names.items())
            self.notes.append(f"no task {clean(self._task)!r} has begun; there are {clean(tasks)}")
        elif not self._written:
            more = "; --all shows what the tool itself said" if self._unsaid else ""
            self.notes.append(f"no lines{more}")

    def _is_chosen(self, task: tuple[int | None, str]) -> bool:
        if self._task is None:
            return True
        number, name = task
        if self._task.isdecimal():
            return number == int(self._task)
        return self._task.lower() in name.lower()

    def _is_wanted(self, entry: Entry) -> bool:
        number = entry.task
        name = self._names.get(number or 0, str(entry.data.get("task", "")))
        if not self._is_chosen((number, name)):
            return False
        if self._everything or entry.data["kind"] in (*SPOKEN, SKIPPED):
            return True
        self._unsaid = True
        return False

    def _line(self, entry: Entry) -> Iterator[str]:
        data = entry.data
        if self._as_json:
            yield json.dumps(
                {"number": entry.number, "time": entry.time, **data, "task": entry.task}
            )
            return
        if entry.task != self._head:
            self._head = entry.task
            name = self._names.get(entry.task or 0, str(data.get("task", "")))
            yield f"task {entry.task}: {clean(name)}" if entry.task else "outside of any task"
        mark = "" if data["kind"] in PLAINLY_SAID else f"{clean(data['kind'])}: "
        elapsed = f"[{duration(data['elapsed'])}] " if "elapsed" in data else ""
        for line in lines(str(data["text"])):
            yield f"  {elapsed}{mark}{line}"


def read_lines(journal: Journal, run: Run, shown: LogLines, *, follow: bool) -> Iterator[str]:
    """Give a run's lines; with `follow` until it ends or its process is gone."""
    clock, after = HostClock(), 0
    while True:
        # Before the entries: what a process wrote last is there once it is seen to be gone.
        holder = living_holder(journal, run.host)
        for entry in journal.entries(run.id, after=after, kinds=_KINDS):
            after = entry.number
            yield from shown.take(entry)
        if not follow or shown.ended or holder is None or holder.owner != shown.owner:
            break
        clock.sleep(SECONDS_BETWEEN_LOOKS)
    shown.close(broken_off=follow and not shown.ended)
