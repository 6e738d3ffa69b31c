"""What observers are told, as it is kept: in order, bounded, and once."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from provision.journal import observer as module
from provision.journal.entry import Entry, Kind, Run
from provision.journal.observer import MOST_BYTES, MOST_LINES, JournalObserver
from provision.journal.store import Journal
from provision.model.event import (
    Event,
    HostLost,
    RunContinued,
    RunFinished,
    RunStarted,
    TaskFinished,
    TaskProgress,
    TaskStarted,
    WarningRaised,
)

MakeRun = Callable[..., Run]
HEAD = {"time": "2026-01-01T00:00:00.000Z", "host": "build-01"}


def started(number: int = 1) -> TaskStarted:
    return TaskStarted(**HEAD, task=f"Task {number}", step="installer", number=number, total=3)


def ended(outcome: str = "ok") -> TaskFinished:
    more = {"change": (), "reason": "why", "remedy": "do", "seconds": 1.0}
    return TaskFinished(**HEAD, task="Task 1", step="installer", outcome=outcome, **more)


def said(text: str, kind: str = "output", elapsed: float = 1.0) -> TaskProgress:
    return TaskProgress(**HEAD, task="Task 1", kind=kind, text=text, elapsed=elapsed)


def begun(run: str = "run-1") -> RunStarted:
    more = {"playbook": "site.yml", "address": "192.0.2.1", "simulated": False, "check": False}
    return RunStarted(**HEAD, run=run, **more)


def goes_on(run: str = "run-1", *, resumed: bool = True) -> RunContinued:
    return RunContinued(**HEAD, run=run, resumed=resumed, reason="found", done=1)


def finished(outcome: str = "ok") -> RunFinished:
    return RunFinished(
        **HEAD, outcome=outcome, exit_code=0, warnings=1, seconds=2.0, real_seconds=1.0,
        counts={"ok": 3}, message="", remedy="",
    )  # fmt: skip


def tell(journal: Journal, events: Iterable[Event], run: Run | None = None) -> None:
    """Tell an observer events; the given run begins before them."""
    observer = JournalObserver(journal, "run-1")
    if run is not None:
        journal.begin(run)
    for event in events:
        observer.notice(event)
    observer.close()
    assert observer.failure is None


def kept(journal: Journal, *kinds: Kind, run: str = "run-1") -> list[Entry]:
    return list(journal.entries(run, kinds=kinds))


def texts(journal: Journal) -> list[str]:
    return [str(entry.data["text"]) for entry in kept(journal, Kind.LINE)]


def test_lines_events_and_the_end_are_kept_in_order(journal: Journal, make_run: MakeRun) -> None:
    warning = WarningRaised(
        **HEAD, task="Task 2", issue="i", brief="b", evidence="e", remedy="r", expected=True
    )
    tell(
        journal,
        [
            begun(), started(1), said("one"), ended(),
            started(2), said("two", "error", 2.5), HostLost(**HEAD, reason="gone", expected=True),
            said("three"), warning, ended(), finished("failed"),
        ], make_run())  # fmt: skip
    found = [(e.kind, e.task, e.data.get("text", e.data.get("event"))) for e in kept(journal)]
    assert found == [
        (Kind.EVENT, None, "run_started"),
        (Kind.LINE, 1, "one"),
        (Kind.LINE, 2, "two"),
        (Kind.EVENT, 2, "host_lost"),
        (Kind.LINE, 2, "three"),
        (Kind.EVENT, 2, "warning"),
        (Kind.RUN_FINISHED, None, None),
    ]
    line = kept(journal, Kind.LINE)[1]
    assert line.data == {"task": "Task 1", "kind": "error", "text": "two", "elapsed": 2.5}
    end = kept(journal, Kind.RUN_FINISHED)[0].data
    assert (end["outcome"], end["exit_code"], end["counts"]) == ("failed", 0, {"ok": 3})


def test_a_task_that_lost_its_host_has_an_end(journal: Journal, make_run: MakeRun) -> None:
    tell(journal, [started(1), ended("unreachable")], make_run())
    (entry,) = kept(journal)
    assert (entry.kind, entry.task, entry.data["outcome"]) == (Kind.EVENT, 1, "unreachable")


def test_what_comes_before_the_run_is_known_is_held_back(
    journal: Journal, make_run: MakeRun
) -> None:
    observer = JournalObserver(journal, "run-1")
    observer.notice(begun())
    assert journal.runs() == []
    journal.begin(make_run())
    observer.notice(started())
    observer.notice(said("one"))
    observer.close()
    assert [entry.kind for entry in kept(journal)] == [Kind.EVENT, Kind.LINE]


def test_a_run_that_never_began_leaves_nothing(journal: Journal) -> None:
    tell(journal, [begun(), said("one"), finished("unreachable")])
    assert journal.runs() == []


def test_an_earlier_run_is_left_alone_until_it_goes_on(journal: Journal, make_run: MakeRun) -> None:
    journal.begin(make_run())
    tell(journal, [begun(), finished("failed")])
    assert kept(journal) == []
    tell(journal, [begun(), goes_on(), finished("ok")])
    assert [entry.kind for entry in kept(journal)] == [Kind.EVENT, Kind.EVENT, Kind.RUN_FINISHED]


def test_a_run_that_begins_anew_is_written_under_its_own_id(
    journal: Journal, make_run: MakeRun
) -> None:
    journal.begin(make_run())
    observer = JournalObserver(journal, "run-1")
    observer.notice(begun())
    journal.begin(make_run("run-2"))
    observer.notice(goes_on("run-2", resumed=False))
    observer.notice(finished())
    observer.close()
    assert kept(journal) == []
    assert len(kept(journal, run="run-2")) == 3


def test_a_task_keeps_so_many_lines(journal: Journal, make_run: MakeRun) -> None:
    many = (said(str(number)) for number in range(MOST_LINES + 7))
    tell(journal, [started(1), *many, ended(), started(2), said("again"), ended()], make_run())
    lines = kept(journal, Kind.LINE)
    assert [entry.data["text"] for entry in lines[:MOST_LINES]] == list(map(str, range(MOST_LINES)))
    skipped, again = lines[MOST_LINES:]
    assert (skipped.task, skipped.data["kind"], skipped.data["count"]) == (1, "skipped", 7)
    assert (again.task, again.data["text"]) == (2, "again")


def test_a_task_keeps_so_many_bytes(journal: Journal, make_run: MakeRun) -> None:
    size = module.LONGEST_LINE
    fits = MOST_BYTES // size
    tell(
        journal, [started(), *(said("x" * size * 2) for _ in range(fits + 3)), ended()], make_run()
    )
    lines = kept(journal, Kind.LINE)
    assert len(lines) == fits + 1
    assert len(str(lines[0].data["text"])) == size
    assert lines[-1].data["count"] == 3


def test_two_hours_of_an_installer_stay_below_a_megabyte(
    journal: Journal, make_run: MakeRun
) -> None:
    """One progress record a second, a sign of waiting every half minute, and 400 lines."""
    events: list[Event] = [started()]
    for second in range(7200):
        events.append(said(f"Downloading {second} of 7200 " + "#" * 80, "progress", second))
        if second % 30 == 0:
            events.append(said(f"no output for {second} s; busy", "waiting", second))
        if second % 18 == 0:
            events.append(said(f"line {second} of the installer " + "." * 60, "output", second))
    tell(journal, [*events, ended()], make_run())
    journal.database.read("PRAGMA wal_checkpoint(TRUNCATE)")
    kinds = [entry.data["kind"] for entry in kept(journal, Kind.LINE)]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "output": 400,
        "progress": 120,
        "waiting": 120,
    }
    assert journal.path.stat().st_size < 1_000_000


def test_a_journal_that_cannot_be_written_stops_no_event(path: Path, make_run: MakeRun) -> None:
    journal = Journal(path)
    observer = JournalObserver(journal, "run-1")
    journal.begin(make_run())
    observer.notice(started())
    journal.close()
    observer.notice(said("one"))
    observer.notice(finished())
    observer.close()
    assert observer.failure is not None


LOG = st.lists(st.sampled_from(["Querying...", "Enabling...", "a", "b"]), max_size=12)
"""The lines of one job; many of them alike."""


@settings(max_examples=60, deadline=None)
@given(first=LOG, second=LOG, stops=st.lists(st.integers(0, 30), max_size=3))
def test_lines_that_come_again_are_kept_once(
    first: list[str], second: list[str], stops: list[int]
) -> None:
    """A task runs two jobs after each other and is killed at some lines; each time it goes on.

    Going on reads the present job's log from its beginning; a job that had ended was removed.
    """
    with tempfile.TemporaryDirectory() as folder, Journal(Path(folder) / "j") as journal:
        journal.begin(
            Run("run-1", "build-01", "m", "p", "a", "b", {}, "c", "2026-01-01T00:00:00.000Z")
        )
        phase, there = 0, False
        for stop in [*stops, 1000]:
            observer = JournalObserver(journal, "run-1")
            observer.notice(begun())
            observer.notice(goes_on())
            observer.notice(started())
            left = stop
            while phase < 2 and left > 0:
                effect(journal, "job.start", {"started": not there})
                there = True
                for text in (first, second)[phase][:left]:
                    observer.notice(said(text))
                left -= len((first, second)[phase])
                if left > 0:
                    effect(journal, "scheduled_task.remove, job.remove", None)
                    phase, there = phase + 1, False
            observer.close()
        assert texts(journal) == first + second


def effect(journal: Journal, what: str, answer: object) -> None:
    journal.append("run-1", Kind.EFFECT_STARTED, task=1, data={"effect": 1, "what": what})
    journal.append("run-1", Kind.EFFECT_FINISHED, task=1, data={"effect": 1, "answer": answer})


def test_lines_that_were_lost_are_kept_when_they_come_again(
    journal: Journal, make_run: MakeRun
) -> None:
    journal.begin(make_run())
    effect(journal, "job.start", {"started": True})
    tell(journal, [begun(), goes_on(), started(), said("one"), said("phase", "phase")])
    effect(journal, "job.start", {"started": False})
    again = [said("50 %", "progress"), said("one"), said("two"), said("51 %", "progress")]
    tell(journal, [begun(), goes_on(), started(), *again, said("two")])
    assert texts(journal) == ["one", "phase", "two", "51 %", "two"]


def test_a_job_that_was_begun_anew_says_everything(journal: Journal, make_run: MakeRun) -> None:
    journal.begin(make_run())
    effect(journal, "job.start", {"started": True})
    tell(journal, [begun(), goes_on(), started(), said("one"), said("two")])
    effect(journal, "job.start", {"started": True})
    tell(journal, [begun(), goes_on(), started(), said("one")])
    assert texts(journal) == ["one", "two", "one"]


def test_a_start_whose_answer_was_lost(journal: Journal, make_run: MakeRun) -> None:
    """Killed right after a second job was started: that job's lines are all new."""
    journal.begin(make_run())
    effect(journal, "job.start", {"started": True})
    tell(journal, [begun(), goes_on(), started(), said("Querying"), said("one")])
    effect(journal, "scheduled_task.remove, job.remove", None)
    journal.append("run-1", Kind.EFFECT_STARTED, task=1, data={"effect": 2, "what": "job.start"})
    # Gone on with, and killed once more after two of its lines.
    effect(journal, "job.start", {"started": False})
    tell(journal, [begun(), goes_on(), started(), said("Querying"), said("two")])
    journal.append("run-1", Kind.EFFECT_STARTED, task=1, data={"effect": 1, "what": "job.start"})
    effect(journal, "job.start", {"started": False})
    tell(journal, [begun(), goes_on(), started(), said("Querying"), said("two"), said("three")])
    assert texts(journal) == ["Querying", "one", "Querying", "two", "three"]
