"""What broke in a night, with what the nights before it say about that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from provision.lab.comparing import compare
from provision.lab.history import Noticed
from provision.lab.phase import Phase
from provision.lab.records import NightRecord
from provision.lab.wording import difference_text, flaky_sentence
from provision.report.html.content import Broken, Log
from provision.report.html.run_part import broken, broken_task
from provision.report.text import plural


def broken_of(
    name: str,
    number: int,
    records: Sequence[NightRecord],
    noticed: Noticed,
    logs: Mapping[str, Mapping[int, Log]],
) -> Broken:
    """Tell what broke on one VM.

    Args:
        number: The host's place on the page, from 1.
        records: The night, after those before it.
        logs: By run and by the task's number.
    """
    night = records[-1]
    rebuild = night.story.rebuilds[name]
    where = rebuild.failed_in.value if rebuild.failed_in else ""
    failed = [(run, story) for run, story in night.stories(name) if run.exit_code]
    run, story = failed[-1] if failed else (None, None)
    if story is not None and story.outcome:
        found = broken(name, where, story, logs.get(story.run.id, {}))
    else:
        if run is not None:
            where = f"{where}, {run.work} {run.playbook}"
        found = Broken(name=name, where=where, message=rebuild.message)
    task = broken_task(story) if story is not None else None
    context = [
        *_since(name, records),
        *(
            f"This task is flaky: {flaky_sentence(one)}."
            for one in noticed.flaky
            if story is not None
            and task is not None
            and (one.host, one.task) == (story.run.host, task.name)
        ),
        *_waiting(name, night),
    ]
    return replace(found, context=tuple(context), host=number)


def _since(name: str, records: Sequence[NightRecord]) -> Iterator[str]:
    """Since when it is so, and what has changed since it was green."""
    earlier = [one for one in records[:-1] if name in one.story.rebuilds]
    green = [one for one in earlier if one.story.rebuilds[name].phase is Phase.GREEN]
    if not earlier:
        yield "It has not been rebuilt before."
        return
    if not green:
        yield f"It was not green in any of the {plural(len(earlier), 'night')} before."
        return
    last = green[-1]
    between = [one for one in earlier if one.id > last.id]
    told = f"It was last green in {last.id}"
    snapshot = last.story.rebuilds[name].snapshot
    if snapshot:
        told += f"; that snapshot stays: {snapshot}"
    yield f"{told}."
    if between:
        yield f"It was not green in the {plural(len(between), 'night')} since."
    changed = [
        difference_text(one)
        for one in compare(last, records[-1]).differences
        if one.vm == name and one.kind in ("playbook", "variables", "windows")
    ]
    if changed:
        yield f"Changed since it was green: {'; '.join(changed)}."
    elif records[-1].stories(name):
        yield "Neither its playbooks nor its variables have changed since it was green."


def _waiting(name: str, night: NightRecord) -> Iterator[str]:
    skipped = [
        other
        for other, one in night.story.rebuilds.items()
        if one.phase is Phase.SKIPPED and name in one.message.split(":")[0].split(", ")
    ]
    if skipped:
        yield f"Not rebuilt because of it: {', '.join(skipped)}."
