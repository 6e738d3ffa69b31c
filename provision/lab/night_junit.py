"""A night as JUnit XML: a suite for each VM. Its phases are cases too: none fails unseen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from provision.lab.night import PlaybookRun, Rebuild
from provision.lab.phase import Phase
from provision.lab.records import NightRecord, phases_of, seconds_between
from provision.report.html.content import Log
from provision.report.junit import Case, Suite, cases_of, junit_xml, place_of

_OF_RUNS = (Phase.BUILDING, Phase.VERIFYING)


def night_junit(record: NightRecord, logs: Mapping[str, Mapping[int, Log]]) -> bytes:
    """Give the whole file.

    Args:
        logs: By run and by the task's number.
    """
    night = record.story.night
    suites = [
        Suite(
            name,
            rebuild.phases[0][1] if rebuild.phases else night.started,
            tuple(_cases(name, rebuild, record, logs)),
            {
                "lab": night.lab,
                "night": night.id,
                "outcome": rebuild.phase.value,
                **({"snapshot": rebuild.snapshot} if rebuild.phase is Phase.GREEN else {}),
            },
        )
        for name, rebuild in record.story.rebuilds.items()
    ]
    return junit_xml(f"{night.lab} {night.id}", suites)


def _cases(
    name: str, rebuild: Rebuild, record: NightRecord, logs: Mapping[str, Mapping[int, Log]]
) -> Iterator[Case]:
    if not rebuild.phases:
        yield Case(f"{name}.rebuild", "rebuild", 0.0, "skipped", rebuild.message or "not begun")
        return
    yield from _phases(name, rebuild)
    for run, story in record.stories(name):
        place = place_of(name, run.playbook, run.work)
        if story is not None:
            yield from cases_of(place, story, logs.get(run.run, {}))
        else:
            yield from _unwritten(place, run)
    blamed = [run for run in rebuild.runs if run.exit_code]
    if rebuild.failed_in in _OF_RUNS and not blamed:
        yield _failed(f"{name}.rebuild", rebuild.failed_in.value, 0.0, rebuild.message)


def _phases(name: str, rebuild: Rebuild) -> Iterator[Case]:
    """Those that no run tells of; one that was gone on with is one case."""
    cases: dict[Phase, Case] = {}
    for phase, began, ended in phases_of(rebuild):
        if phase in _OF_RUNS:
            continue
        place, before = f"{name}.rebuild", cases.get(phase)
        seconds = seconds_between(began, ended) + (before.seconds if before else 0.0)
        if not ended:
            cases[phase] = Case(place, phase.value, seconds, "error", "it did not come to its end")
        elif ended == rebuild.ended and rebuild.failed_in is phase:
            cases[phase] = _failed(place, phase.value, seconds, rebuild.message)
        else:
            cases[phase] = Case(place, phase.value, seconds)
    yield from cases.values()


def _unwritten(place: str, run: PlaybookRun) -> Iterator[Case]:
    """The cases of a run that wrote no journal: `verify`."""
    for check, found in run.installed.items():
        yield Case(place, check, text=f"found: {found}")
    if run.exit_code:
        yield _failed(place, "the run", run.seconds, run.message)
    elif not run.installed:
        yield Case(place, "the run", run.seconds)


def _failed(place: str, name: str, seconds: float, message: str) -> Case:
    first = next(iter(message.strip().splitlines()), "failed")
    return Case(place, name, seconds, "failed", first, message)
