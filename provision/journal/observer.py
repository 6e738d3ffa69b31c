"""Writes what observers are told into the journal, within bounds.

What a run does to the host is journaled by the engine itself, before and after; here the rest is
kept for people: the installer's own lines, and the events that explain a run.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from provision.journal.echo import ECHO_KINDS, SPOKEN, Echo, expected_again
from provision.journal.entry import Kind
from provision.journal.store import Journal, JournalError
from provision.model.event import (
    Event,
    HostConnected,
    HostLost,
    HostRestarted,
    PlanMade,
    RunContinued,
    RunFinished,
    RunStarted,
    TaskFinished,
    TaskProgress,
    TaskStarted,
    VerifyResult,
    WarningRaised,
)

MOST_LINES = 20_000
MOST_BYTES = 2_000_000
"""Of one task's lines; what goes beyond is counted and not written."""

LONGEST_LINE = 4_000
"""Characters of one line."""

THINNED = {"progress": 60.0, "waiting": 60.0}
"""Host seconds between two lines of a kind that mostly says the same again."""

SKIPPED = "skipped"
"""The kind of the one line that tells how many are missing."""

_KEPT = (
    RunStarted,
    RunContinued,
    HostConnected,
    PlanMade,
    HostLost,
    HostRestarted,
    WarningRaised,
    VerifyResult,
)
"""How a task ended is written by the engine, unless the host is gone for good."""

_MOST_HELD = 1_000


class JournalObserver:
    """Keeps one run's lines and events.

    Never raises: a journal that cannot be written stops the run where the engine writes to it.
    Until the run is in the journal, or is said to go on, everything is held back; `belongs_to` may
    give it to another run, and it is forgotten if none of that comes.

    Args:
        run: The run's id; a `run_continued` event names the one that it goes on with.
    """

    def __init__(self, journal: Journal, run: str) -> None:
        self._journal = journal
        self._run = run
        self._known = False
        self._earlier = journal.has_run(run)
        self._resumed = False
        self._echo: Echo | None = None
        self._held: deque[tuple[Kind, int | None, dict[str, Any]]] = deque(maxlen=_MOST_HELD)
        self._task: int | None = None
        self._budget = _Budget()
        self.failure: JournalError | None = None

    def notice(self, event: Event) -> None:
        """Write down one event, if it is one that is kept."""
        try:
            self._notice(event)
        except JournalError as error:
            self.failure = self.failure or error

    def belongs_to(self, run: str) -> None:
        """Write what was held back, and what follows, under a run of the journal."""
        self._run, self._known, self._earlier = run, False, False

    def close(self) -> None:
        """Write what is still held back."""
        try:
            self._end_task()
            self._journal.flush()
        except JournalError as error:
            self.failure = self.failure or error

    def _notice(self, event: Event) -> None:
        match event:
            case TaskProgress():
                self._line(event)
                return
            case TaskStarted():
                self._end_task()
                self._task = event.number
                self._echo = None
            case TaskFinished(outcome="unreachable"):
                self._write(Kind.EVENT, self._task, event.model_dump(mode="json"))
                self._end_task()
            case TaskFinished():
                self._end_task()
            case RunFinished():
                self._end_task()
                self._write(Kind.RUN_FINISHED, None, _run_finished(event))
            case RunContinued():
                self._resumed = event.resumed
                self.belongs_to(event.run)
        if isinstance(event, _KEPT):
            self._write(Kind.EVENT, self._task, event.model_dump(mode="json"))
        if self._known and not isinstance(event, VerifyResult):
            self._journal.flush()

    def _line(self, event: TaskProgress) -> None:
        text = event.text[:LONGEST_LINE]
        if self._heard_before(event.kind, text):
            return
        if self._budget.allows(event.kind, text, event.elapsed):
            data = {
                "task": event.task,
                "kind": event.kind,
                "text": text,
                "elapsed": round(event.elapsed, 3),
            }
            self._write(Kind.LINE, self._task, data)

    def _heard_before(self, kind: str, text: str) -> bool:
        if not self._resumed or self._task is None or kind not in (*SPOKEN, "progress"):
            return False
        if self._echo is None:
            entries = self._journal.entries(self._run, kinds=ECHO_KINDS)
            self._echo = Echo(expected_again(entries, self._task))
        if kind == "progress":
            return not self._echo.over
        return self._echo.repeats(kind, text)

    def _end_task(self) -> None:
        if self._budget.skipped:
            text = f"{self._budget.skipped:,} more lines were not kept"
            data = {"task": "", "kind": SKIPPED, "text": text, "count": self._budget.skipped}
            self._write(Kind.LINE, self._task, data)
        self._budget = _Budget()
        self._task = None

    def _write(self, kind: Kind, task: int | None, data: dict[str, Any]) -> None:
        self._held.append((kind, task, data))
        if not self._known and not self._earlier:
            self._known = self._journal.has_run(self._run)
        while self._known and self._held:
            kind, task, data = self._held.popleft()
            self._journal.append_soon(self._run, kind, task=task, data=data)


class _Budget:
    """How much of one task's lines may still be written."""

    def __init__(self) -> None:
        self._lines = 0
        self._bytes = 0
        self._last: dict[str, float] = {}
        self.skipped = 0

    def allows(self, kind: str, text: str, elapsed: float) -> bool:
        """Tell whether to write a line, and count it."""
        if kind in THINNED:
            last = self._last.get(kind)
            if last is not None and last <= elapsed < last + THINNED[kind]:
                return False
            self._last[kind] = elapsed
        size = len(text.encode("utf-8", errors="replace"))
        if self._lines >= MOST_LINES or self._bytes + size > MOST_BYTES:
            self.skipped += 1
            return False
        self._lines += 1
        self._bytes += size
        return True


def _run_finished(event: RunFinished) -> dict[str, Any]:
    return event.model_dump(mode="json", exclude={"time", "event", "host"})
