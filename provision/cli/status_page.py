"""How things stand with a host, as people and as programs read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provision.cli.host_look import Seen, left_row
from provision.cli.records import NO_RUN
from provision.cli.status_of import Status
from provision.journal.process import Process
from provision.report import phrases
from provision.report.run_json import run_row
from provision.report.run_page import counts, ending, moment, stands
from provision.report.text import clean, duration


def status_page(status: Status) -> Iterator[str]:
    """Write what goes on, what is on the host, and what happened last."""
    yield f"{clean(status.host)}{' (simulated)' if status.simulated else ''}"
    yield from _rows("goes on", _goes_on(status))
    if status.unseen:
        yield from _rows("on the host", [f"not known: {clean(status.unseen)}"])
    if status.seen is not None:
        yield from _rows("on the host", _seen(status.seen))
    yield from _rows("last run", _last(status))


def status_data(status: Status) -> dict[str, Any]:
    """Give the same as plain data."""
    holder, seen, last = status.holder, status.seen, status.last
    return {
        "host": status.host,
        "simulated": status.simulated,
        "holder": None
        if holder is None
        else {"owner": holder.owner, "description": holder.description, "since": holder.since},
        "seen": None if seen is None else _seen_data(seen),
        "unseen": status.unseen,
        "last": None if last is None else run_row(last.story, last.state),
    }


def _goes_on(status: Status) -> list[str]:
    if status.last is not None and status.last.alive is not None:
        story, who = status.last.story, status.last.alive
        return [
            f"run {story.run.id}, {stands(story, 'running', who.description)}",
            f"since {moment(who.since)}; last sign of it {moment(story.last_time)}",
        ]
    if status.holder is not None:
        return [f"held by {clean(status.holder.description)} since {moment(status.holder.since)}"]
    return ["nothing"]


def _seen(seen: Seen) -> list[str]:
    said = [*phrases.facts(seen.facts), f"boot of {moment(seen.facts.boot.boot_time)}"]
    lease = seen.lease
    if lease is not None and lease.seconds_left > 0:
        who = clean(lease.description or lease.owner)
        left = duration(lease.seconds_left)
        process = Process.named(lease.owner.rpartition("/")[2])
        gone = process is not None and process.lives() is False
        more = "; its process is gone, the next run takes it" if gone else f"; runs out in {left}"
        said.append(f"held by {who} since {moment(lease.since)}{more}")
    elif lease is not None:
        who = clean(lease.description or lease.owner)
        said.append(f"was held by {who} since {moment(lease.since)}, and not given back")
    for job in seen.jobs:
        run = f", of run {clean(job.run)}" if job.run else ""
        said.append(f"job {clean(job.id)}: {job.state.value}{run}")
    for call in seen.calls:
        said.append(f"command {clean(call.id)}: running since {moment(call.began)}")
    said += [f"an installer is not done: {left_row(one)}" for one in seen.left]
    return said


def _last(status: Status) -> list[str]:
    if status.last is None:
        return [NO_RUN]
    story, state = status.last.story, status.last.state
    said = [f"{story.run.id}, playbook {clean(story.run.playbook)}"]
    if state != "running":
        said.append(f"{stands(story, state)}{ending(story)}")
        said.append(f"last entry {moment(story.last_time)}")
    said.append(counts(story))
    if state in ("broken off", "interrupted"):
        said.append("`provision up` goes on with it")
    if status.unfinished is not None:
        earlier = status.unfinished
        said.append(f"before it {earlier.story.run.id}: {stands(earlier.story, earlier.state)};")
        said.append("`provision up` goes on with that one")
    return said


def _seen_data(seen: Seen) -> dict[str, Any]:
    return {
        "facts": seen.facts.model_dump(mode="json"),
        "lease": None if seen.lease is None else seen.lease.model_dump(mode="json"),
        "jobs": [job.model_dump(mode="json") for job in seen.jobs],
        "calls": [call.model_dump(mode="json") for call in seen.calls],
        "left": [one.model_dump(mode="json") for one in seen.left],
    }


def _rows(label: str, texts: list[str]) -> Iterator[str]:
    for number, text in enumerate(texts):
        yield f"  {label if number == 0 else '':<12}{text}"
