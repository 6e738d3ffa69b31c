"""Runs that die in the middle, and what the next one makes of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.agent.operations.base import ErrorRecord, OperationError
from provision.agent.operations.execution import Exec
from provision.agent.operations.jobs import JobStart
from provision.engine.interruption import Interrupted
from provision.engine.journaling import JournaledEffects
from provision.engine.memory import RunMemory, new_run, recall
from provision.engine.run import RunOptions
from provision.journal.entry import Entry, Kind
from provision.journal.store import Journal
from provision.model.boot import BootIdentity
from provision.model.errors import UnreachableError
from provision.model.facts import Facts
from provision.simulator.world import restarts
from provision.simulator.world.calls import begin
from provision.simulator.world.system import Program
from provision.steps.effect import Call

THREE = """
name: three
tasks:
  - name: first
    file: {path: 'C:\\lab\\one', state: folder}
  - name: second
    restart: always
  - name: third
    file: {path: 'C:\\lab\\three', state: folder}
  - name: fourth
    assert: "true"
"""


class Died(BaseException):
    """The controller is gone at this moment."""


def die_at(event: str, task: str) -> Callable[[Any, Any], None]:
    def react(seen: Any, _runner: Any) -> None:
        if seen.event == event and getattr(seen, "task", None) == task:
            raise Died

    return react


def boots(lab: Any) -> int:
    return int(lab.server.call(lambda: lab.machine.world.boot.number))


@pytest.mark.parametrize("event", ["task_started", "task_finished"])
@pytest.mark.parametrize("task", ["first", "second", "third", "fourth"])
def test_a_dead_run_is_gone_on_with_and_restarts_once(
    lab: Callable[..., Any], event: str, task: str
) -> None:
    here = lab()
    with pytest.raises(Died):
        here.run(THREE, react=die_at(event, task))
    result, seen = here.run(THREE)
    assert result.error is None
    assert [one.resumed for one in seen.of("run_continued")] == [True]
    assert [one.run for one in seen.of("run_continued")] == ["run-1"]
    assert boots(here) == 2
    assert dict(result.counts) == {"changed": 3, "ok": 1}


def test_a_restart_that_was_asked_for_is_not_asked_for_again(lab: Callable[..., Any]) -> None:
    here = lab()

    def die_when_lost(seen: Any, _runner: Any) -> None:
        if seen.event == "host_lost":
            raise Died

    with pytest.raises(Died):
        here.run(THREE, react=die_when_lost)
    result, _ = here.run(THREE)
    assert result.error is None
    assert boots(here) == 2


def test_a_run_that_never_got_to_work_is_kept_and_not_gone_on_with(
    lab: Callable[..., Any],
) -> None:
    here = lab()
    with pytest.raises(Died):
        here.run(THREE, react=die_at("task_started", "second"))
    between = RunMemory(here.journal, new_run("between", "lab-01", ("x", "y"), {}, {}))
    between.never_began()
    assert [run.got_to_work for run in here.journal.runs()] == [False, True]
    _, seen = here.run(THREE)
    assert [(one.run, one.resumed) for one in seen.of("run_continued")] == [("run-1", True)]


RUNS = """
name: p
tasks:
  - name: run
    on_restart: %s
    command: slow
    timeout: 48h
"""


@pytest.mark.parametrize(
    ("policy", "outcome", "calls"),
    [("rerun", "changed", 2), ("continue", "changed", 1), ("fail", "failed", 1)],
)
def test_a_crash_and_a_restart_together_are_a_restart_under_the_task(
    lab: Callable[..., Any], policy: str, outcome: str, calls: int
) -> None:
    here = lab()
    with pytest.raises(Died):
        here.run(RUNS % policy, react=die_at("task_started", "run"))
    begun = Exec(program="slow", id="run-1-playbook-01-run-command")

    def begin_and_lose() -> None:
        world = here.machine.world.put(Program(name="slow", seconds=60))
        here.machine.become(restarts.ask(begin(world, begun), 0))

    here.server.call(begin_and_lose)
    while boots(here) == 1:
        time.sleep(0.02)
    result, _ = here.run(RUNS % policy)
    assert result.outcome == outcome, result.error
    known = here.server.call(lambda: here.machine.world.calls)
    assert [call.answer is None for call in known] == [True, False][:calls]


LONG = """
name: p
tasks:
  - name: work
    command: {line: slow, detach: true}
    timeout: 10m
"""


def test_the_result_of_a_job_that_was_overdue_is_taken(lab: Callable[..., Any]) -> None:
    here = lab(speed=1200)
    slow = Program(name="slow", stdout="done\n", seconds=2400)
    here.server.call(lambda: here.machine.become(here.machine.world.put(slow)))

    def jobs() -> Any:
        return here.server.call(lambda: here.machine.world.jobs)

    assert here.run(LONG)[0].outcome == "failed"
    (job,) = jobs()
    while jobs()[0].exit is None:
        time.sleep(0.02)
    result, seen = here.run(LONG)
    assert result.outcome == "changed", result.error
    assert [(one.run, one.started_at) for one in jobs()] == [("run-1", job.started_at)]
    assert "its result is taken" in seen.said()
    # That is known now; so the next run does its own work.
    here.run(LONG)
    assert [one.run for one in jobs()] == ["run-3"]


def test_a_changed_playbook_begins_anew(lab: Callable[..., Any]) -> None:
    here = lab()
    with pytest.raises(Died):
        here.run(THREE, react=die_at("task_started", "third"))
    result, seen = here.run(THREE.replace("lab\\three", "lab\\drei"))
    (told,) = seen.of("run_continued")
    assert not told.resumed
    assert "the playbook has changed" in told.reason
    assert told.run == "run-2"
    assert result.error is None
    assert boots(here) == 3


def test_other_variables_begin_anew(lab: Callable[..., Any]) -> None:
    here = lab()
    with pytest.raises(Died):
        here.run(THREE, variables={"a": 1}, react=die_at("task_started", "third"))
    _, seen = here.run(THREE, variables={"a": 2})
    assert "variables have changed" in seen.of("run_continued")[0].reason


def test_a_run_that_came_to_its_end_is_not_gone_on_with(lab: Callable[..., Any]) -> None:
    here = lab()
    here.run(THREE)
    _, seen = here.run(THREE)
    assert seen.of("run_continued") == []
    assert boots(here) == 3


def test_check_mode_leaves_the_journal_alone(lab: Callable[..., Any]) -> None:
    here = lab()
    with pytest.raises(Died):
        here.run(THREE, react=die_at("task_started", "third"))
    before = len(here.journal.runs())
    _, seen = here.run(THREE, RunOptions(check=True))
    assert seen.of("run_continued") == []
    assert len(here.journal.runs()) == before
    _, again = here.run(THREE)
    assert [one.resumed for one in again.of("run_continued")] == [True]


def test_a_reverted_host_is_noticed(lab: Callable[..., Any]) -> None:
    here = lab()
    snapshot = here.server.call(lambda: here.machine.world)
    with pytest.raises(Died):
        here.run(THREE, react=die_at("task_started", "third"))
    here.server.call(lambda: here.machine.become(snapshot))
    result, seen = here.run(THREE)
    (told,) = seen.of("run_continued")
    assert not told.resumed
    assert "reverted" in told.reason
    assert result.error is None


def entry(number: int, kind: Kind, task: int | None = None, **data: Any) -> Entry:
    return Entry(number, "run-1", "2026-11-24T00:00:00.000Z", kind, task, None, data)


STORY = [
    entry(1, Kind.RESUMED, owner="a", after=0),
    entry(2, Kind.TASK_STARTED, 1, name="first", step="file"),
    entry(3, Kind.TASK_FINISHED, 1, outcome="ok", result={"outcome": "ok"}, value={"x": 1}),
    entry(4, Kind.TASK_STARTED, 2, name="second", step="restart"),
    entry(
        5,
        Kind.EFFECT_STARTED,
        2,
        effect=1,
        what="restart",
        params={"boot": {"boot_time": "2016-01-01T00:00:00Z", "token": "a"}},
    ),
    entry(6, Kind.TASK_FINISHED, 2, outcome="changed", result={"outcome": "changed"}, value={}),
    entry(7, Kind.TASK_STARTED, 3, name="third", step="file"),
    entry(8, Kind.TASK_FINISHED, 3, outcome="failed", result={"outcome": "failed", "failure": "x"}),
    entry(9, Kind.RUN_FINISHED, outcome="failed"),
]


def began(number: int, effect: int, what: str, **params: Any) -> Entry:
    return entry(number, Kind.EFFECT_STARTED, 1, effect=effect, what=what, params=params)


def came(number: int, effect: int, **answer: Any) -> Entry:
    return entry(number, Kind.EFFECT_FINISHED, 1, effect=effect, answer=answer)


@pytest.mark.parametrize(
    ("entries", "jobs"),
    [
        ([], set()),
        ([began(1, 1, "job.start", id="a")], {"a"}),
        ([began(1, 1, "job.start", id="a"), came(2, 1, started=True)], {"a"}),
        ([began(1, 1, "job.start", id="a"), came(2, 1, error="JobExists")], set()),
        ([began(1, 1, "job.start", id="a"), began(2, 2, "task.remove, job.remove")], set()),
        (
            [
                began(1, 1, "job.remove", id="a"),
                came(2, 1, changed=True),
                began(3, 2, "job.start", id="a"),
                began(4, 1, "job.stop", id="b"),
                came(5, 1, error="the other part's first effect"),
            ],
            {"a"},
        ),
    ],
)
def test_which_jobs_are_this_run_s(entries: list[Entry], jobs: set[str]) -> None:
    past = recall(new_run("run-1", "h", ("p", "s"), [], {}), entries)
    assert past is not None
    assert set(past.jobs.get(1, {})) == jobs


@pytest.mark.parametrize(
    ("error", "jobs"),
    [
        (UnreachableError("the host did not come back"), {"a"}),
        (Interrupted("interrupted"), {"a"}),
        (OperationError("job.start", ErrorRecord(message="refused", id="JobExists")), set()),
    ],
)
def test_a_start_whose_answer_never_came_may_have_started_the_job(
    tmp_path: Path, error: Exception, jobs: set[str]
) -> None:
    class Hands:
        boot = BootIdentity(boot_time="2016-01-16T09:00:00Z", token="boot-1")

        def carry_out(self, _effect: Any) -> Any:
            raise error

    run = new_run("run-1", "h", ("p", "s"), [], {})
    with Journal(tmp_path / "journal.sqlite") as journal:
        memory = RunMemory(journal, run)
        memory.begin(Facts.model_construct(machine_id="m"))
        hands: Any = Hands()
        effects = JournaledEffects(hands, memory)
        effects.task = 1
        with pytest.raises(type(error)):
            effects.carry_out(Call(JobStart(id="a", script="x")))
        journal.flush()
        past = recall(run, list(journal.entries("run-1")))
    assert past is not None
    assert set(past.jobs.get(1, {})) == jobs


@given(st.integers(0, len(STORY)))
def test_any_prefix_of_a_journal_can_be_replayed(length: int) -> None:
    run = new_run("run-1", "h", ("p", "s"), [], {})
    past = recall(run, STORY[:length])
    if length == len(STORY):
        assert past is None
        return
    assert past is not None
    assert set(past.finished) == {n for n, end in ((1, 3), (2, 6)) if length >= end}
    assert past.started == sum(length >= begin for begin in (2, 4, 7))
    assert bool(past.restarts.get(2)) is (length == 5)
