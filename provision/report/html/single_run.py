"""A page about one run."""

from __future__ import annotations

from collections.abc import Mapping

from provision import __version__
from provision.journal.story import RunStory
from provision.report.html.content import Content, Fact, HostPart, Log, Mark, mark_of
from provision.report.html.run_part import broken, run_part
from provision.report.html.timeline import HostTimes, draw
from provision.report.html.times import restarts_of, tasks_of
from provision.report.html.warned import warned_of
from provision.report.run_page import moment, stands
from provision.report.text import duration


def run_content(story: RunStory, state: str, logs: Mapping[int, Log]) -> Content:
    """Fill in the page.

    Args:
        state: See `Standing.state`.
        logs: By the tasks' numbers.
    """
    host, outcome = story.run.host, story.outcome or state
    mark = mark_of(outcome) if story.outcome else Mark.IDLE
    times = HostTimes(host, (), tasks_of(story), restarts_of(story), outcome)
    part = HostPart(
        name=host,
        mark=mark,
        outcome=outcome,
        took=duration(story.seconds) if story.seconds else "",
        warnings=len(story.warnings),
        restarts=len(story.restarts),
        runs=(run_part(story.run.playbook, story, state, logs),),
    )
    failed = mark is Mark.BAD
    return Content(
        title=f"Run {story.run.id}",
        mark=mark,
        verdict=f"{host}: {stands(story, state)}",
        facts=(
            Fact("Began", moment(story.run.started)),
            Fact("Last entry", moment(story.last_time)),
            Fact("Host time", duration(story.seconds)),
            Fact("By", story.run.controller),
        ),
        hosts=(part,),
        broken=(broken(host, "", story, logs),) if failed else (),
        warned=warned_of([(host, story)], None),
        timeline=draw([times]),
        lab=False,
        made=f"Made by provision {__version__}.",
    )
