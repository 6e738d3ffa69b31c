"""A page about one night of a lab, with what the nights before it tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from provision import __version__
from provision.journal.story import RunStory
from provision.lab.comparing import compare
from provision.lab.history import Noticed
from provision.lab.night import PlaybookRun, Rebuild
from provision.lab.night_broken import broken_of
from provision.lab.night_trends import trends_of
from provision.lab.phase import Phase
from provision.lab.records import NightRecord, phases_of, seconds_between, took, warnings_of
from provision.lab.wording import difference_cells, flaky_cells, slower_cells
from provision.report.html.content import (
    CheckRow,
    Content,
    Fact,
    HostPart,
    Log,
    Mark,
    Row,
    RunPart,
    mark_of,
)
from provision.report.html.run_part import run_part
from provision.report.html.timeline import HostTimes, Span, draw
from provision.report.html.times import at, restarts_of, tasks_of
from provision.report.html.warned import warned_of
from provision.report.run_page import moment
from provision.report.text import duration, plural

Logs = Mapping[str, Mapping[int, Log]]
"""By run and by the task's number."""

STYLES = {
    Phase.REVERTING: "prepare",
    Phase.STARTING: "prepare",
    Phase.AWAITING: "prepare",
    Phase.BUILDING: "build",
    Phase.VERIFYING: "check",
    Phase.KEEPING: "keep",
    Phase.PRUNING: "keep",
}


@dataclass(frozen=True, slots=True)
class Told:
    """All that a page is made of.

    Args:
        records: The night, after those before it; the oldest first.
        noticed: Over all of them.
        logs: Of the night's runs.
    """

    records: Sequence[NightRecord]
    noticed: Noticed
    logs: Logs

    @property
    def night(self) -> NightRecord:
        """The night that the page tells of."""
        return self.records[-1]

    @property
    def before(self) -> NightRecord | None:
        """The night before it."""
        return self.records[-2] if len(self.records) > 1 else None


def night_content(told: Told) -> Content:
    """Fill in the page."""
    story, before = told.night.story, told.before
    stories = _stories(told.night)
    warnings = warned_of(stories, _warned(before) if before is not None else None)
    noticed = told.noticed
    ended = story.ended or max((one.ended for one in story.rebuilds.values()), default="")
    facts = [Fact("Began", moment(story.night.started))]
    if ended:
        facts.append(Fact("Ended", moment(ended)))
        facts.append(Fact("Took", duration(seconds_between(story.night.started, ended))))
    facts.append(Fact("By", story.night.controller))
    differences = compare(before, told.night).differences if before is not None else ()
    return Content(
        title=f"Lab {story.night.lab}, night {story.night.id}",
        mark=_mark(told.night),
        verdict=_verdict(told.night, noticed, sum(one.new for one in warnings)),
        facts=tuple(facts),
        hosts=tuple(_host(name, told) for name in story.rebuilds),
        broken=tuple(
            broken_of(name, number, told.records, noticed, told.logs)
            for number, name in enumerate(story.rebuilds, 1)
            if story.rebuilds[name].phase is Phase.FAILED
        ),
        warned=warnings,
        slower=tuple(Row(slower_cells(one)) for one in noticed.slower),
        changed=tuple(Row(difference_cells(one)) for one in differences),
        since=before.id if before is not None else "",
        flaky=tuple(Row(flaky_cells(one)) for one in noticed.flaky),
        timeline=draw([_times(name, told) for name in story.rebuilds]),
        trends=trends_of(told.records),
        made=f"Made by provision {__version__}.",
    )


def _mark(record: NightRecord) -> Mark:
    if any(one.phase is Phase.FAILED for one in record.story.rebuilds.values()):
        return Mark.BAD
    return Mark.GOOD if record.story.green else Mark.IDLE


def _verdict(record: NightRecord, noticed: Noticed, new: int) -> str:
    rebuilds = record.story.rebuilds
    broke = [name for name, one in rebuilds.items() if one.phase is Phase.FAILED]
    green = sum(one.phase is Phase.GREEN for one in rebuilds.values())
    parts = [f"{green} of {plural(len(rebuilds), 'host')} green"]
    if broke:
        parts.append(f"{', '.join(broke)} broke")
    elif not record.story.finished:
        parts.append("the night did not come to its end")
    if noticed.slower:
        parts.append(f"{len(noticed.slower)} slower than usual")
    if new:
        parts.append(plural(new, "new warning"))
    return "; ".join(parts)


def _stories(record: NightRecord) -> list[tuple[str, RunStory]]:
    return [
        (name, story)
        for name in record.story.rebuilds
        for _, story in record.stories(name)
        if story is not None
    ]


def _warned(record: NightRecord) -> set[tuple[str, str]]:
    return {
        (name, issue) for name, one in record.story.rebuilds.items() for issue in warnings_of(one)
    }


def _host(name: str, told: Told) -> HostPart:
    rebuild = told.night.story.rebuilds[name]
    seconds = took(rebuild)
    past = [
        (record.id, record.story.rebuilds[name])
        for record in told.records
        if name in record.story.rebuilds
    ]
    runs = told.night.stories(name)
    notes = list(rebuild.notes)
    if rebuild.phase is Phase.SKIPPED and rebuild.message:
        notes.insert(0, f"skipped: {rebuild.message}")
    return HostPart(
        name=name,
        mark=mark_of(rebuild.phase.value) if rebuild.ended else Mark.IDLE,
        outcome=_outcome(rebuild),
        took=duration(seconds) if seconds else "",
        warnings=len(warnings_of(rebuild)),
        restarts=sum(len(story.restarts) for _, story in runs if story is not None),
        snapshot=rebuild.snapshot if rebuild.phase is Phase.GREEN else "",
        past=tuple(
            (f"{night}: {_outcome(one)}", mark_of(one.phase.value) if one.ended else Mark.IDLE)
            for night, one in past
        ),
        past_text=_past([one.phase for _, one in past]),
        notes=tuple(notes),
        runs=tuple(_run(run, story, told.logs) for run, story in runs),
    )


def _outcome(rebuild: Rebuild) -> str:
    if rebuild.failed_in is not None:
        return f"failed, {rebuild.failed_in.value}"
    return rebuild.phase.value


def _past(phases: Sequence[Phase]) -> str:
    counts = {phase: phases.count(phase) for phase in dict.fromkeys(phases)}
    told = [
        f"{counts[p]} {p.value}" for p in (Phase.GREEN, Phase.FAILED, Phase.SKIPPED) if p in counts
    ]
    return f"{plural(len(phases), 'night')}: {', '.join(told)}" if told else ""


def _run(run: PlaybookRun, story: RunStory | None, logs: Logs) -> RunPart:
    title = f"{run.work} {run.playbook}"
    if story is not None:
        return run_part(title, story, run.outcome, logs.get(run.run, {}))
    return RunPart(
        title=title,
        mark=Mark.BAD if run.exit_code else mark_of(run.outcome),
        outcome=f"{run.outcome}, exit code {run.exit_code}",
        facts=(Fact("Host time", duration(run.seconds)),),
        checks=tuple(CheckRow(check, Mark.GOOD, found) for check, found in run.installed.items()),
        message=run.message,
    )


def _times(name: str, told: Told) -> HostTimes:
    rebuild = told.night.story.rebuilds[name]
    stories = [story for _, story in told.night.stories(name) if story is not None]
    last = max(
        [one.last_time for one in stories] + [time for _, time in rebuild.phases], default=""
    )
    phases = [
        Span(
            phase.value,
            at(began),
            max(at(began), at(ended or last)),
            STYLES.get(phase, "prepare"),
            f"{phase.value} from {began[11:19]}, {duration(seconds_between(began, ended or last))}",
        )
        for phase, began, ended in phases_of(rebuild)
    ]
    return HostTimes(
        name,
        tuple(phases),
        tuple(span for story in stories for span in tasks_of(story)),
        tuple(span for story in stories for span in restarts_of(story)),
        rebuild.phase.value if rebuild.ended else "not ended",
        next(iter(rebuild.message.splitlines()), "") if not phases else "",
    )
