"""What differs between two nights. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from provision.lab.night import Rebuild
from provision.lab.records import NightRecord, warnings_of

ABSENT = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same.

    Args:
        kind: `outcome`, `playbook`, `variables`, `windows`, `installed` or `warning`.
        what: Of which playbook, check or issue; empty when the kind says it all.
        before: In the first night; empty when it was not there.
        after: In the second; empty when it is no longer there.
    """

    vm: str
    kind: str
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class TaskTimes:
    """Host seconds of one task in two nights; None where it did not end."""

    vm: str
    playbook: str
    task: str
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two nights beside each other.

    Args:
        times: Of every task that ended in either, in order.
    """

    before: str
    after: str
    differences: tuple[Difference, ...]
    times: tuple[TaskTimes, ...]


def compare(before: NightRecord, after: NightRecord) -> Comparison:
    """Say what differs between two nights."""
    vms = list(dict.fromkeys([*before.story.rebuilds, *after.story.rebuilds]))
    return Comparison(
        before.id,
        after.id,
        tuple(one for vm in vms for one in _differences(vm, before, after)),
        tuple(one for vm in vms for one in _times(vm, before, after)),
    )


def installed(record: NightRecord, vm: str) -> dict[str, str]:
    """What a VM's verifications found, by check: images, versions, switches, ….

    A check that did not hold counts too: what was found instead is what one wants to compare.
    """
    found: dict[str, str] = {}
    for run, story in record.stories(vm):
        for task in story.tasks if story is not None else ():
            found.update({check.check: check.found for check in task.checks})
        found.update(run.installed)
    return found


def _differences(vm: str, before: NightRecord, after: NightRecord) -> Iterator[Difference]:
    for kind, first, second in (
        ("outcome", _outcome(before, vm), _outcome(after, vm)),
        ("playbook", _hashes(before, vm, "playbook"), _hashes(after, vm, "playbook")),
        ("variables", _hashes(before, vm, "variables"), _hashes(after, vm, "variables")),
        ("windows", _windows(before, vm), _windows(after, vm)),
        ("installed", installed(before, vm), installed(after, vm)),
        ("warning", _warnings(before, vm), _warnings(after, vm)),
    ):
        # What a night did not get as far as to see is not told as a difference.
        if kind in ("playbook", "variables", "windows", "installed") and not (first and second):
            continue
        for what in dict.fromkeys([*first, *second]):
            one, other = first.get(what, ABSENT), second.get(what, ABSENT)
            if one != other:
                yield Difference(vm, kind, what, one, other)


def _rebuild(record: NightRecord, vm: str) -> Rebuild:
    return record.story.rebuilds.get(vm, Rebuild(vm))


def _outcome(record: NightRecord, vm: str) -> dict[str, str]:
    if vm not in record.story.rebuilds:
        return {"": "not part of it"}
    one = _rebuild(record, vm)
    return {"": f"{one.phase.value} in {one.failed_in.value}" if one.failed_in else one.phase.value}


def _hashes(record: NightRecord, vm: str, of: str) -> dict[str, str]:
    return {
        run.playbook: str(getattr(story.run, f"{of}_sha256"))[:12]
        for run, story in record.stories(vm)
        if story is not None
    }


def _windows(record: NightRecord, vm: str) -> dict[str, str]:
    builds = [story.os_build for _, story in record.stories(vm) if story and story.os_build]
    return {"": f"build {builds[-1]}"} if builds else {}


def _warnings(record: NightRecord, vm: str) -> dict[str, str]:
    return dict.fromkeys(warnings_of(_rebuild(record, vm)), "warned")


def _times(vm: str, before: NightRecord, after: NightRecord) -> Iterator[TaskTimes]:
    first, second = _seconds(before, vm), _seconds(after, vm)
    for key in dict.fromkeys([*second, *first]):
        yield TaskTimes(vm, *key, first.get(key), second.get(key))


def _seconds(record: NightRecord, vm: str) -> dict[tuple[str, str], float]:
    return {
        (run.playbook, task.name): task.seconds
        for run, story in record.stories(vm)
        if story is not None
        for task in story.tasks
        if task.outcome is not None and task.outcome != "skipped"
    }
