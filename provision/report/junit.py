"""Runs as JUnit XML, for CIs: a suite for each host, a case for each task and verification.

Written with junitparser. There is no standard; what is written here is what the readers of CIs
agree on (Jenkins' junit-10.xsd, Apache Ant's JUnit.xsd): `testsuites`, `testsuite`, `properties`,
`testcase`, `failure`, `error`, `skipped`, `system-out`. A task that failed is a failure; a host
that could not be reached is an error.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite
from junitparser.junitparser import FinalResult

from provision.journal.story import RunStory, TaskStory
from provision.report.html.content import Log
from provision.report.html.logs import tail_of
from provision.report.html.run_part import known_cause
from provision.report.text import lines

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAIL = 40


@dataclass(frozen=True, slots=True)
class Case:
    """One test case, before it is XML.

    Args:
        outcome: `passed`, `failed`, `error` or `skipped`.
        message: One line of why.
        text: All of why: what was seen, what is known of it, what to do.
        out: Warnings, and the last lines that the host spoke.
    """

    place: str
    name: str
    seconds: float = 0.0
    outcome: str = "passed"
    message: str = ""
    text: str = ""
    out: str = ""


@dataclass(frozen=True, slots=True)
class Suite:
    """One host.

    Args:
        started: ISO 8601 UTC.
    """

    host: str
    started: str
    cases: tuple[Case, ...]
    properties: Mapping[str, str]


def junit_xml(name: str, suites: Iterable[Suite]) -> bytes:
    """Give the whole file."""
    document = JUnitXml(_xml(name))
    for one in suites:
        suite = TestSuite(_xml(one.host))
        suite.hostname = _xml(one.host)
        suite.timestamp = one.started[:19]
        for key, value in one.properties.items():
            suite.add_property(_xml(key), _xml(value))
        for case in one.cases:
            suite.append(_case(case))
        suite.update_statistics()
        document.append(suite)
    document.update_statistics()
    written = io.BytesIO()
    document.write(written)
    return written.getvalue()


def run_junit(story: RunStory, logs: Mapping[int, Log]) -> bytes:
    """Give the file about one run."""
    run = story.run
    properties = {
        "run": run.id,
        "playbook": run.playbook,
        "playbook_sha256": run.playbook_sha256,
        "outcome": story.outcome or "open",
    }
    cases = tuple(cases_of(place_of(run.host, run.playbook), story, logs))
    return junit_xml(f"run {run.id}", [Suite(run.host, run.started, cases, properties)])


def place_of(host: str, playbook: str, work: str = "up") -> str:
    """Name the class of a run's cases; readers take a dot for the end of a package's name."""
    stem = re.sub(r"\.ya?ml$", "", playbook).replace(".", "_")
    return f"{host}.{work} {stem}"


def cases_of(place: str, story: RunStory, logs: Mapping[int, Log]) -> Iterator[Case]:
    """Give a run's cases; one more where it ended badly outside of any task.

    Args:
        place: The class name of all of them, see `place_of`.
    """
    blamed = False
    for task in story.tasks:
        case = _task(place, task, story, logs.get(task.number))
        blamed = blamed or case.outcome in ("failed", "error")
        yield case
        for check in task.checks:
            text = f"found: {check.found}"
            yield Case(
                place,
                f"{task.name}: {check.check}",
                outcome="passed" if check.passed else "failed",
                message="" if check.passed else f"does not hold: {check.found}",
                text=text,
            )
    if story.outcome and story.outcome not in ("ok", "changed") and not blamed:
        outcome = "failed" if story.outcome == "failed" else "error"
        text = _why(story.message, "", story.remedy)
        yield Case(place, "the run", 0.0, outcome, _first(story.message or story.outcome), text)
    if not story.outcome:
        yield Case(place, "the run", 0.0, "error", "it did not come to its end")


def _task(place: str, task: TaskStory, story: RunStory, log: Log | None) -> Case:
    outcome = {
        "ok": "passed",
        "changed": "passed",
        "failed": "failed",
        "unreachable": "error",
    }.get(task.outcome or "", "skipped")
    warnings = [
        "\n".join(
            part
            for part in (
                f"warning {one.issue}{' (expected)' if one.expected else ''}: {one.brief}",
                f"seen: {one.evidence}" if one.evidence else "",
                f"what to do: {one.remedy}" if one.remedy else "",
            )
            if part
        )
        for one in story.warnings
        if one.task == task.number
    ]
    said = [f"[{line.elapsed:.0f} s] {line.text}" for line in tail_of(log, _TAIL)]
    bad = outcome in ("failed", "error")
    return Case(
        place,
        task.name,
        task.seconds,
        outcome,
        message=_first(task.reason) or ("it did not run" if outcome == "skipped" else ""),
        text=_why(task.reason, known_cause(task.issue), task.remedy or story.remedy) if bad else "",
        out="\n\n".join([*warnings, *(["\n".join(said)] if bad and said else [])]),
    )


def _why(seen: str, cause: str, remedy: str) -> str:
    parts = (("", seen), ("why: ", cause), ("what to do: ", remedy))
    return "\n".join(f"{label}{text}" for label, text in parts if text)


def _first(text: str) -> str:
    return next(iter(text.strip().splitlines()), "")


def _case(case: Case) -> TestCase:
    made = TestCase(_xml(case.name), _xml(case.place), round(case.seconds, 3))
    kinds: dict[str, type[FinalResult]] = {"failed": Failure, "error": Error, "skipped": Skipped}
    kind = kinds.get(case.outcome)
    if kind is not None:
        result = kind(_xml(case.message) or case.outcome, case.outcome)
        if case.text:
            result.text = _xml(case.text)
        made.result = [result]
    if case.out:
        made.system_out = _xml(case.out)
    return made


def _xml(text: str) -> str:
    """What XML 1.0 can hold; control characters are made visible."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", "\n".join(lines(text)))
