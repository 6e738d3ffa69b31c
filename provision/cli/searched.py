"""Logs and saved runs, searched for known issues."""

from __future__ import annotations

import bisect
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from provision.cli.records import find_run, open_records
from provision.diagnosis.generation import generation_of
from provision.diagnosis.log_search import LogFinding, LogSearch, search_log
from provision.diagnosis.log_source import blocks
from provision.journal.echo import SPOKEN
from provision.journal.entry import Entry, Kind
from provision.model.errors import InputError, Problem
from provision.report.text import clean


@dataclass(frozen=True, slots=True)
class Searched:
    """What was found in one log or run.

    Args:
        name: The file, `standard input`, or the run.
        findings: Causes before their consequences.
        parts: First line and name of each part of it, as of the tasks of a run.
        warned: Issues that the run went on after, with a warning.
    """

    name: str
    findings: tuple[LogFinding, ...]
    parts: tuple[tuple[int, str], ...] = ()
    warned: frozenset[str] = frozenset()

    def part_of(self, line: int) -> str:
        """Name the part in which a line lies; empty when there are none."""
        place = bisect.bisect_right([start for start, _ in self.parts], line)
        return self.parts[place - 1][1] if place else ""


def search_file(name: str, generation: str, encoding: str | None) -> Searched:
    """Search a file, or standard input for `-`.

    Raises:
        InputError: It cannot be read, or there is no such encoding.
    """
    try:
        if name == "-":
            found = search_log(blocks(sys.stdin.buffer, encoding), generation)
            return Searched("standard input", found)
        with Path(name).open("rb") as file:
            return Searched(name, search_log(blocks(file, encoding), generation))
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError([Problem(f"{clean(name)} cannot be read: {why}")]) from None
    except LookupError:
        problem = Problem(
            f"there is no encoding {clean(encoding or '')!r}", hint="such as cp932, cp1252, utf-16"
        )
        raise InputError([problem]) from None


def search_run(hostfile: str, run: str, generation: str | None) -> Searched:
    """Search what a saved run's host said, and how its tasks ended.

    Args:
        generation: None for that of the host, as the run saw it.

    Raises:
        InputError: There is no such host file or run.
    """
    with open_records(hostfile) as journal:
        chosen = find_run(journal, run)
        assert journal is not None
        if generation is None:
            connected = list(journal.entries(chosen.id, kinds=(Kind.CONNECTED,)))
            build = int(connected[-1].data.get("os_build", 0)) if connected else 0
            generation = generation_of(build)
        search = LogSearch(generation)
        parts: list[tuple[int, str]] = []
        warned = set()
        names: dict[int, str] = {}
        line, task = 1, None
        kinds = (Kind.TASK_STARTED, Kind.LINE, Kind.TASK_FINISHED, Kind.EVENT)
        for entry in journal.entries(chosen.id, kinds=kinds):
            data = entry.data
            if entry.kind is Kind.TASK_STARTED and entry.task is not None:
                names[entry.task] = str(data.get("name"))
            if data.get("event") == "warning":
                warned.add(str(data["issue"]))
            for text in _said(entry):
                if entry.task != task or not parts:
                    task = entry.task
                    name = names.get(task or 0, "")
                    parts.append((line, f"task {task}: {name}" if task else "outside of any task"))
                block = text.rstrip("\n") + "\n"
                search.feed(block.encode("utf-8", "replace"))
                line += block.count("\n")
        name = f"run {chosen.id} on {chosen.host}"
        return Searched(name, search.finish(), tuple(parts), frozenset(warned))


def _said(entry: Entry) -> Iterator[str]:
    """The lines that an entry is worth in a search."""
    data = entry.data
    if entry.kind is Kind.LINE and data["kind"] in SPOKEN:
        yield str(data["text"])
    if entry.kind is Kind.TASK_FINISHED and data.get("outcome") == "failed":
        result = data.get("result") or {}
        for text in (result.get("failure") or "", *(result.get("evidence") or ())):
            yield from _with_id(str(text))


def _with_id(text: str) -> Iterator[str]:
    """Evidence ends with a record's id in brackets; write it as PowerShell does."""
    yield text
    _head, bracket, tail = text.rpartition(" [")
    if bracket and tail.endswith("]"):
        first = tail[:-1].split(", ")[0]
        if not first.startswith("0x"):
            yield f"FullyQualifiedErrorId : {first}"
            yield ""
