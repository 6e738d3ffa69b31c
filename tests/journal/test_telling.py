"""A run's story: from any prefix of its entries the same state as on the way to the whole."""

from __future__ import annotations

import tempfile
from functools import reduce
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from provision.journal.entry import Entry, Kind, Run
from provision.journal.store import Journal
from provision.journal.story import RunState, RunStory
from provision.journal.telling import advance, tell

RUN = Run("run-1", "build-01", "m", "p", "a", "b", {}, "c", "2026-01-01T00:00:00.000Z")
NAMES = ("Fetch", "Install", "Verify")
OUTCOMES = ("ok", "changed", "failed", "skipped")


def event(name: str, **data: Any) -> tuple[Kind, dict[str, Any]]:
    return Kind.EVENT, {"event": name, "time": "2026-01-01T00:00:01.000Z", **data}


def warning(issue: str) -> tuple[Kind, dict[str, Any]]:
    return event(
        "warning", task="Install", issue=issue, brief="b", evidence="e", remedy="r", expected=True
    )


def restarted(token: str) -> tuple[Kind, dict[str, Any]]:
    boot = {"boot_time": "2026-01-01T00:00:00Z", "token": token}
    return event("host_restarted", old=boot, new=boot, seconds=95.0, expected=False)


def task_finished(outcome: str, seconds: float) -> tuple[Kind, dict[str, Any]]:
    result = {
        "outcome": outcome,
        "changes": [{"what": "file", "before": None, "after": 1}] if outcome == "changed" else [],
        "evidence": ["seen", "and more"],
        "checks": [{"check": "c", "passed": True, "found": "f"}],
        "failure": "no room" if outcome == "failed" else None,
        "remedy": "make room" if outcome == "failed" else "",
    }
    data = {"outcome": outcome, "seconds": seconds, "result": result, "value": {}}
    return Kind.TASK_FINISHED, data


def run_finished(outcome: str) -> tuple[Kind, dict[str, Any]]:
    return Kind.RUN_FINISHED, {"outcome": outcome, "exit_code": 3, "seconds": 5.0, "message": "m"}


PLAN = event("plan_made", tasks=[{"task": name, "step": "s"} for name in NAMES])
BODIES = st.one_of(
    st.just((Kind.CONNECTED, {"computer_name": "WIN", "os_build": 10586})),
    st.builds(lambda o: (Kind.RESUMED, {"owner": o, "after": 1}), st.sampled_from("xyz")),
    st.builds(
        lambda name: (Kind.TASK_STARTED, {"name": name, "step": "s"}), st.sampled_from(NAMES)
    ),
    st.builds(
        lambda k: (Kind.EFFECT_STARTED, {"effect": k, "what": "job.start", "params": {"id": "j"}}),
        st.integers(1, 4),
    ),
    st.builds(lambda k: (Kind.EFFECT_FINISHED, {"effect": k, "answer": None}), st.integers(1, 4)),
    st.builds(task_finished, st.sampled_from(OUTCOMES), st.sampled_from([0.5, 2.0])),
    st.just((Kind.LINE, {"task": "t", "kind": "output", "text": "x", "elapsed": 1.0})),
    st.just(PLAN),
    st.just(event("host_lost", reason="gone", expected=False)),
    st.just(event("something_newer", shape=[1])),
    st.builds(warning, st.sampled_from(["one", "two"])),
    st.builds(restarted, st.sampled_from("ab")),
    st.builds(run_finished, st.sampled_from(["ok", "failed", "interrupted", "unreachable"])),
)
TASKS = st.sampled_from([None, 1, 2, 3, 4])
BOOTS = st.sampled_from([None, "a", "b"])
HISTORIES = st.lists(st.tuples(BODIES, TASKS, BOOTS), max_size=40).map(
    lambda rows: [
        Entry(number * 3, RUN.id, f"2026-01-01T00:{number:02}:00.000Z", kind, task, boot, data)
        for number, ((kind, data), task, boot) in enumerate(rows, 1)
    ]
)


def begins(longer: tuple[Any, ...], shorter: tuple[Any, ...]) -> bool:
    return longer[: len(shorter)] == shorter


@settings(max_examples=150, deadline=None)
@given(HISTORIES, st.data())
def test_a_prefix_and_the_rest_tell_the_whole(history: list[Entry], data: st.DataObject) -> None:
    whole = tell(RUN, history)
    cut = data.draw(st.integers(0, len(history)))
    part = tell(RUN, history[:cut])
    assert reduce(advance, history[cut:], part) == whole
    # Reading again what is known already changes nothing.
    assert reduce(advance, history, part) == whole
    assert reduce(advance, history, whole) == whole


@settings(max_examples=150, deadline=None)
@given(HISTORIES)
def test_what_has_happened_stays(history: list[Entry]) -> None:
    before = tell(RUN, [])
    assert before == RunStory(RUN, last_time=RUN.started)
    for entry in history:
        after = advance(before, entry)
        assert (after.last_number, after.last_time) == (entry.number, entry.time)
        assert begins(after.warnings, before.warnings)
        assert begins(after.restarts, before.restarts)
        assert begins(after.boots, before.boots)
        for name in ("parts", "lost", "lines", "seconds"):
            assert getattr(after, name) >= getattr(before, name)
        numbers = {task.number: task for task in after.tasks}
        assert list(numbers) == sorted(numbers)
        for task in before.tasks:
            now = numbers[task.number]
            assert now.starts >= task.starts
            assert now.seconds >= task.seconds
            if now != task:
                assert entry.task == task.number or entry.data.get("event") == "plan_made"
            if task.outcome is not None and now.outcome is None:
                assert entry.kind is Kind.TASK_STARTED
        if after.state is not before.state:
            assert entry.kind in (Kind.RESUMED, Kind.RUN_FINISHED)
        before = after


@settings(max_examples=25, deadline=None)
@given(HISTORIES, st.integers(0, 40))
def test_the_file_tells_the_same_as_the_entries(history: list[Entry], cut: int) -> None:
    with tempfile.TemporaryDirectory() as folder, Journal(Path(folder) / "j") as journal:
        journal.begin(RUN)
        for entry in history:
            journal.append_soon(
                RUN.id, entry.kind, task=entry.task, boot=entry.boot, data=entry.data
            )
        journal.flush()
        written = list(journal.entries(RUN.id))
        assert [(e.kind, e.task, e.boot, e.data) for e in written] == [
            (e.kind, e.task, e.boot, e.data) for e in history
        ]
        part = tell(RUN, written[:cut])
        rest = journal.entries(RUN.id, after=part.last_number)
        assert reduce(advance, rest, part) == tell(RUN, journal.entries(RUN.id))


def entries(*bodies: tuple[Kind, dict[str, Any]] | tuple[Kind, dict[str, Any], int]) -> list[Entry]:
    made = []
    for number, (kind, data, *task) in enumerate(bodies, 1):
        time = f"2026-01-01T00:00:{number:02}.000Z"
        made.append(Entry(number, RUN.id, time, kind, (task or [None])[0] or None, "boot", data))
    return made


CONNECTED = (Kind.CONNECTED, {"computer_name": "WIN", "os_build": 10586})


def started(name: str, number: int) -> tuple[Kind, dict[str, Any], int]:
    return Kind.TASK_STARTED, {"name": name, "step": "s"}, number


def test_a_run_that_is_killed_and_goes_on() -> None:
    killed = entries(
        (Kind.RESUMED, {"owner": "first", "after": 0}),
        CONNECTED,
        PLAN,
        started("Fetch", 1),
        (*task_finished("changed", 2.0), 1),
        started("Install", 2),
        (Kind.EFFECT_STARTED, {"effect": 1, "what": "job.start", "params": {"id": "j"}}, 2),
    )
    story = tell(RUN, killed)
    assert (story.state, story.outcome, story.owner) == (RunState.OPEN, "", "first")
    assert story.task is not None
    assert (story.task.number, story.task.name, story.task.starts) == (2, "Install", 1)
    assert [(one.what, one.params) for one in story.unanswered] == [("job.start", "id j")]
    assert story.counts == {"changed": 1}
    assert (story.machine, story.os_build, story.boots) == ("WIN", 10586, ("boot",))
    assert [task.name for task in story.tasks] == list(NAMES)

    more = entries(
        *[(entry.kind, dict(entry.data), entry.task or 0) for entry in killed],
        (Kind.RESUMED, {"owner": "second", "after": 7}),
        PLAN,
        (*task_finished("changed", 0.5), 1),
        started("Install", 2),
        (*warning("switch"), 2),
        (*task_finished("changed", 100.0), 2),
        (*warning("switch"), 2),
        (*task_finished("skipped", 0.0), 3),
        run_finished("changed"),
    )  # fmt: skip
    story = tell(RUN, more)
    assert (story.state, story.outcome, story.exit_code) == (RunState.ENDED, "changed", 3)
    assert (story.parts, story.owner, story.unanswered) == (2, "second", ())
    fetch, install, verify = story.tasks
    assert (fetch.seconds, fetch.starts) == (2.5, 1)
    assert (install.seconds, install.starts, install.reason) == (100.0, 2, "seen")
    assert (verify.outcome, verify.starts) == ("skipped", 0)
    assert len(story.warnings) == 1
    assert story.task is None


def test_a_failure_tells_why() -> None:
    story = tell(RUN, entries(started("Install", 1), (*task_finished("failed", 1.0), 1)))
    (task,) = story.tasks
    assert (task.outcome, task.reason, task.remedy) == ("failed", "no room", "make room")


def test_a_host_that_went_away_ends_its_task_and_the_run_can_go_on() -> None:
    gone = event("task_finished", outcome="unreachable", reason="no answer", remedy="look")
    story = tell(RUN, entries(started("Install", 1), (*gone, 1), run_finished("unreachable")))
    (task,) = story.tasks
    assert (task.outcome, task.reason, task.remedy) == ("unreachable", "no answer", "look")
    assert (story.state, story.outcome) == (RunState.INTERRUPTED, "unreachable")
    stopped = entries(run_finished("interrupted"), (Kind.RESUMED, {"owner": "x", "after": 1}))
    assert tell(RUN, stopped[:1]).state is RunState.INTERRUPTED
    again = tell(RUN, stopped)
    assert (again.state, again.outcome, again.exit_code) == (RunState.OPEN, "", None)
