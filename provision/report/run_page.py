"""A run of the journal as people read it."""

from __future__ import annotations

from collections.abc import Iterator

from provision.journal.story import RunStory, TaskStory, WarningStory
from provision.report.text import change_text, clean, duration, lines, plural

_ENDINGS = {
    "ok": "done: nothing had to be changed",
    "changed": "done: the host was changed",
    "failed": "failed",
    "interrupted": "interrupted",
    "unreachable": "unreachable",
}
_ORDER = ("changed", "ok", "skipped", "failed", "unreachable")


def moment(time: str) -> str:
    """Write an ISO 8601 time for people, to the second: `2026-11-24 20:46:56Z`."""
    return clean(time[:19].replace("T", " ") + "Z") if time else "?"


def stands(story: RunStory, state: str, who: str = "") -> str:
    """Say where a run stands, in one line.

    Args:
        state: `running`, `broken off`, or the story's own.
        who: Who carries it out, if it is running.
    """
    task = story.task
    where = f" in task {task.number}/{len(story.tasks)} {clean(task.name)!r}" if task else ""
    match state:
        case "running":
            return clean(f"running{where}: {who}")
        case "broken off":
            return f"broken off{where}: its process is gone, and wrote no end"
        case _:
            return f"{_ENDINGS.get(story.outcome, clean(story.outcome))}{where}"


def ending(story: RunStory) -> str:
    """Say how a run ended that did not come through: ` (exit code 3): why`; else empty."""
    if story.exit_code == 0 or not story.outcome:
        return ""
    code = "" if story.exit_code is None else f" (exit code {story.exit_code})"
    why = next(iter(lines(story.message)), "")
    return code + (f": {why}" if why else "")


def counts(story: RunStory) -> str:
    """Count tasks, warnings and restarts: `3 changed, 2 ok, 1 warning, 1 restart`."""
    found = story.counts
    known = [name for name in _ORDER if name in found]
    parts = [f"{found[name]} {name}" for name in known]
    parts += [f"{count} {clean(name)}" for name, count in found.items() if name not in _ORDER]
    if story.warnings:
        parts.append(plural(len(story.warnings), "warning"))
    if story.restarts:
        parts.append(plural(len(story.restarts), "restart"))
    return ", ".join(parts) or "no task ended"


def page(story: RunStory, state: str, who: str = "") -> Iterator[str]:
    """Tell everything about a run, line by line."""
    run = story.run
    machine = f" ({clean(story.machine)}, build {story.os_build})" if story.machine else ""
    if not run.got_to_work:
        machine = ": it never got to work there"
    yield f"run {run.id} on {clean(run.host)}{machine}"
    yield f"  playbook    {clean(run.playbook)} (sha256 {run.playbook_sha256[:12]})"
    options = ", ".join(f"{name} {value}" for name, value in run.options.items() if value)
    if options:
        yield f"  options     {clean(options)}"
    yield f"  began       {moment(run.started)} by {clean(run.controller)}"
    yield f"  stands      {stands(story, state, who)}"
    if story.exit_code is not None:
        yield f"  exit code   {story.exit_code}"
    yield f"  last entry  {moment(story.last_time)}"
    if story.parts > 1:
        yield f"  parts       {story.parts}: it was gone on with {_times(story.parts - 1)}"
    if story.seconds:
        yield f"  took        {duration(story.seconds)} of host time"
    yield f"  counts      {counts(story)}"
    for label, text in (("", story.message), ("what to do: ", story.remedy)):
        if text:
            yield from (f"  {label}{line}" for line in lines(text))
    if story.tasks:
        yield "tasks"
        for task in story.tasks:
            yield from _task(task)
    yield from _warnings(story.warnings)
    yield from _restarts(story)
    yield from _unanswered(story, state)


def _task(task: TaskStory) -> Iterator[str]:
    outcome = task.outcome or ("begun" if task.starts else "not begun")
    seconds = duration(task.seconds) if task.outcome else ""
    step = f"  {clean(task.step)}" if task.step else ""
    yield f"  {task.number:>3}  {clean(outcome):<11} {seconds:>8}  {clean(task.name)}{step}"
    margin = " " * 28
    if task.starts > 1:
        yield f"{margin}begun {_times(task.starts)}"
    if task.reason:
        yield from (f"{margin}{line}" for line in lines(task.reason))
    yield from (f"{margin}{change_text(change)}" for change in task.changes)
    for check in task.checks:
        mark = "holds" if check.passed else "does NOT hold"
        yield f"{margin}{clean(check.check)} {mark}: {clean(check.found)}"
    if task.remedy:
        yield from (f"{margin}what to do: {line}" for line in lines(task.remedy))


def _warnings(warnings: tuple[WarningStory, ...]) -> Iterator[str]:
    if warnings:
        yield "warnings"
    for warning in warnings:
        expected = " (expected)" if warning.expected else ""
        yield f"  {clean(warning.issue)}{expected}, in {clean(warning.name)!r}:"
        yield from (f"    {line}" for line in lines(warning.brief))
        for label, text in (("seen", warning.evidence), ("what to do", warning.remedy)):
            if text:
                yield from (f"    {label}: {line}" for line in lines(text))


def _restarts(story: RunStory) -> Iterator[str]:
    if story.restarts:
        yield "restarts"
    for restart in story.restarts:
        asked = "as asked" if restart.expected else "nobody asked for it"
        task = f", in task {restart.task}" if restart.task else ""
        yield f"  {moment(restart.time)}  {asked}{task}, away {duration(restart.seconds)}"


def _unanswered(story: RunStory, state: str) -> Iterator[str]:
    if state == "running" or not story.unanswered:
        return
    yield "begun on the host, and no answer was written (the next run asks the host)"
    for one in story.unanswered:
        yield f"  {moment(one.time)}  {clean(one.what)} {clean(one.params)}".rstrip()


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
