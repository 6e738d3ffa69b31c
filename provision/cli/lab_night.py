"""Carries one night out: which night, under which lock, with which exit code."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from provision.cli.exit_codes import ExitCode, worst
from provision.cli.file_lock import file_lock
from provision.cli.lab_hands import LabHands
from provision.cli.lab_page import summary
from provision.cli.lab_telling import tell
from provision.cli.notebook import journal_file
from provision.engine.lease import HostHeld
from provision.engine.memory import describe_controller
from provision.journal.store import Journal, now
from provision.lab.hypervisors.making import make_hypervisor
from provision.lab.lab import Lab
from provision.lab.loader import load_lab
from provision.lab.night import Kind, Night, NightStory, Rebuild
from provision.lab.nights import Nights
from provision.lab.phase import Phase
from provision.lab.rebuilds import NightRebuild
from provision.model.errors import InputError, Problem
from provision.playbook.durations import parse_duration
from provision.playbook.suggestion import did_you_mean

GONE_ON_WITH = timedelta(days=1)
"""How old an unfinished night may be to be gone on with: later, its snapshots are yesterday's."""


def rebuild_lab(
    names: Sequence[str], labfile: str, *, fresh: bool, forks: int | None, budget: str | None
) -> ExitCode:
    """Rebuild a lab, or go on with the night that was interrupted.

    Raises:
        InputError: A file or an option is wrong; nothing was done.
        HostHeld: Another process rebuilds this lab.
    """
    lab = load_lab(Path(labfile), labfile)
    lab = replace(lab, forks=forks or lab.forks, budget=_seconds(budget, lab.budget))
    chosen = lab.order(_known(names, lab))
    journal_path = journal_file(lab.folder)
    lock = journal_path.with_name(f"lab-{lab.name}.lock")
    refusal = HostHeld(
        f"the lab {lab.name} is being rebuilt by another process",
        resolution="Wait until that has ended.",
    )
    with file_lock(lock, refusal), Journal(journal_path) as journal:
        nights = Nights(journal.database)
        hands = LabHands(lab)
        hands.check(chosen)
        story = _night(nights, lab, chosen, fresh=fresh)
        hands.night = story.night.id
        hypervisors = {
            name: make_hypervisor(settings, lab.folder)
            for name, settings in lab.hypervisors.items()
        }
        began = time.monotonic()
        try:
            with hands.interruptible():
                ends = NightRebuild(lab, story, hypervisors, hands, nights).run()
        finally:
            for hypervisor in hypervisors.values():
                hypervisor.close()
        found = nights.find(lab.name, story.night.id)
        assert found is not None
        for line in summary(found, time.monotonic() - began):
            click.echo(line)
        if not hands.asked_to_stop():
            tell(lab, found)
        return _exit_code(found, ends, stopped=hands.asked_to_stop())


def _night(nights: Nights, lab: Lab, chosen: Sequence[str], *, fresh: bool) -> NightStory:
    """Go on with the latest night if it did not come to its end, else begin one."""
    latest = next(iter(nights.latest(lab.name, limit=1)), None)
    if latest is not None and not fresh and _goes_on(latest, chosen):
        nights.note(latest.night.id, Kind.RESUMED)
        click.echo(f"going on with the night {latest.night.id}")
        return latest
    started = datetime.now(UTC)
    identity = f"{started:%Y-%m-%d-%H%M%S}-{secrets.token_hex(2)}"
    night = Night(identity, lab.name, describe_controller(), now(), tuple(chosen))
    nights.begin(night)
    found = nights.find(lab.name, identity)
    assert found is not None
    click.echo(f"night {identity}: {', '.join(chosen)}")
    return found


def _goes_on(story: NightStory, chosen: Sequence[str]) -> bool:
    age = datetime.now(UTC) - datetime.fromisoformat(story.night.started)
    return not story.finished and age < GONE_ON_WITH and set(story.night.vms) == set(chosen)


def _known(names: Sequence[str], lab: Lab) -> frozenset[str]:
    problems = [
        Problem(f"there is no VM '{name}' in {lab.file}", hint=did_you_mean(name, lab.vms))
        for name in names
        if name not in lab.vms
    ]
    if problems:
        raise InputError(problems)
    return frozenset(names)


def _seconds(written: str | None, otherwise: float | None) -> float | None:
    if written is None:
        return otherwise
    try:
        return parse_duration(written)
    except ValueError as error:
        raise InputError([Problem(f"--budget {error}")]) from None


def _exit_code(story: NightStory, ends: Mapping[str, Phase], *, stopped: bool) -> ExitCode:
    if stopped and not story.finished:
        return ExitCode.INTERRUPTED
    red = [story.rebuilds[name] for name, end in ends.items() if end is Phase.FAILED]
    if not red:
        return ExitCode.DONE if story.green else ExitCode.FAILED
    return worst(_code(rebuild) for rebuild in red)


def _code(rebuild: Rebuild) -> ExitCode:
    """Give the code of the run that failed; a hypervisor has none."""
    code = rebuild.runs[-1].exit_code if rebuild.runs else 0
    return ExitCode(code) if code in list(ExitCode) and code else ExitCode.FAILED
