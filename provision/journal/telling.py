"""Tells a run's story from its entries.

A fold: each entry advances the story, so any prefix of the entries has a story, and going on from
there with the rest gives the story of the whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce
from typing import Any

from provision.journal.entry import Entry, Kind, Run
from provision.journal.story import (
    RestartStory,
    RunState,
    RunStory,
    TaskStory,
    Unanswered,
    WarningStory,
)
from provision.model.outcome import Change, CheckResult

_GONE_ON_WITH = ("interrupted", "unreachable")


def tell(run: Run, entries: Iterable[Entry]) -> RunStory:
    """Tell a run's story from its entries, in order, or from any first part of them."""
    return reduce(advance, entries, RunStory(run, last_time=run.started))


def advance(story: RunStory, entry: Entry) -> RunStory:
    """Let a story go on by one entry."""
    if entry.number <= story.last_number:
        return story
    told = _TELLERS[entry.kind](story, entry)
    boots = told.boots
    if entry.boot is not None and (not boots or boots[-1] != entry.boot):
        boots = (*boots, entry.boot)
    return replace(told, boots=boots, last_number=entry.number, last_time=entry.time)


def _connected(story: RunStory, entry: Entry) -> RunStory:
    return replace(
        story,
        machine=str(entry.data.get("computer_name", "")),
        os_build=int(entry.data.get("os_build", 0)),
    )


def _resumed(story: RunStory, entry: Entry) -> RunStory:
    return replace(
        story,
        state=RunState.OPEN,
        outcome="",
        exit_code=None,
        message="",
        remedy="",
        parts=story.parts + 1,
        owner=str(entry.data.get("owner", "")),
        unanswered=(),
    )


def _task_started(story: RunStory, entry: Entry) -> RunStory:
    before = _task(story, entry)
    after = replace(
        before,
        name=str(entry.data.get("name", before.name)),
        step=str(entry.data.get("step", before.step)),
        outcome=None,
        starts=before.starts + 1,
        started=before.started or entry.time,
        ended="",
    )
    return _with_task(story, after)


def _task_finished(story: RunStory, entry: Entry) -> RunStory:
    result: dict[str, Any] = dict(entry.data.get("result") or {})
    evidence = [str(line) for line in result.get("evidence") or ()]
    before = _task(story, entry)
    after = replace(
        before,
        outcome=str(entry.data["outcome"]),
        seconds=before.seconds + float(entry.data.get("seconds") or 0.0),
        ended=entry.time,
        changes=tuple(Change.model_validate(one) for one in result.get("changes") or ()),
        checks=tuple(CheckResult.model_validate(one) for one in result.get("checks") or ()),
        reason=str(result.get("failure") or "; ".join(evidence[:1])),
        remedy=str(result.get("remedy") or ""),
        issue=str(result.get("issue") or ""),
    )
    return _with_task(story, after)


def _effect_started(story: RunStory, entry: Entry) -> RunStory:
    params = ", ".join(f"{name} {value}" for name, value in _mapping(entry, "params").items())
    one = Unanswered(
        entry.task, int(entry.data["effect"]), str(entry.data.get("what")), params, entry.time
    )
    return replace(story, unanswered=(*story.unanswered, one))


def _effect_finished(story: RunStory, entry: Entry) -> RunStory:
    left = tuple(one for one in story.unanswered if one.effect != entry.data["effect"])
    return replace(story, unanswered=left)


def _line(story: RunStory, _entry: Entry) -> RunStory:
    return replace(story, lines=story.lines + 1)


def _event(story: RunStory, entry: Entry) -> RunStory:
    data = entry.data
    match data.get("event"):
        case "plan_made":
            return _planned(story, data["tasks"])
        case "host_lost":
            return replace(story, lost=story.lost + 1)
        case "host_restarted":
            one = RestartStory(
                data["time"],
                entry.task,
                data["new"]["boot_time"],
                float(data["seconds"]),
                bool(data["expected"]),
            )
            return replace(story, restarts=(*story.restarts, one))
        case "warning":
            return _warned(story, entry)
        case "task_finished":
            after = replace(
                _task(story, entry),
                outcome=str(data["outcome"]),
                ended=entry.time,
                reason=str(data["reason"]),
                remedy=str(data["remedy"]),
            )
            return _with_task(story, after)
        case _:
            return story


def _planned(story: RunStory, rows: Iterable[dict[str, Any]]) -> RunStory:
    known = {task.number for task in story.tasks}
    for number, row in enumerate(rows, 1):
        if number not in known:
            story = _with_task(story, TaskStory(number, str(row["task"]), str(row["step"])))
    return story


def _warned(story: RunStory, entry: Entry) -> RunStory:
    data = entry.data
    one = WarningStory(
        task=entry.task,
        name=data["task"],
        issue=data["issue"],
        brief=data["brief"],
        evidence=data["evidence"],
        remedy=data["remedy"],
        expected=data["expected"],
    )
    known = {(each.task, each.name, each.issue) for each in story.warnings}
    if (one.task, one.name, one.issue) in known:
        return story
    return replace(story, warnings=(*story.warnings, one))


def _run_finished(story: RunStory, entry: Entry) -> RunStory:
    outcome = str(entry.data["outcome"])
    code = entry.data.get("exit_code")
    gone_on_with = outcome in _GONE_ON_WITH and story.run.got_to_work
    return replace(
        story,
        state=RunState.INTERRUPTED if gone_on_with else RunState.ENDED,
        outcome=outcome,
        exit_code=None if code is None else int(code),
        message=str(entry.data.get("message") or ""),
        remedy=str(entry.data.get("remedy") or ""),
        seconds=story.seconds + float(entry.data.get("seconds") or 0.0),
    )


_TELLERS = {
    Kind.CONNECTED: _connected,
    Kind.RESUMED: _resumed,
    Kind.TASK_STARTED: _task_started,
    Kind.EFFECT_STARTED: _effect_started,
    Kind.EFFECT_FINISHED: _effect_finished,
    Kind.TASK_FINISHED: _task_finished,
    Kind.LINE: _line,
    Kind.EVENT: _event,
    Kind.RUN_FINISHED: _run_finished,
}


def _mapping(entry: Entry, name: str) -> dict[str, Any]:
    value = entry.data.get(name)
    return value if isinstance(value, dict) else {}


def _task(story: RunStory, entry: Entry) -> TaskStory:
    number = entry.task or 0
    for task in story.tasks:
        if task.number == number:
            return task
    return TaskStory(number, f"task {number}")


def _with_task(story: RunStory, task: TaskStory) -> RunStory:
    if not task.number:  # Of no task of the plan; never written by the engine.
        return story
    others = [one for one in story.tasks if one.number != task.number]
    return replace(story, tasks=tuple(sorted([*others, task], key=lambda one: one.number)))
