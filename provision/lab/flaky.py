"""Tasks that fail and then pass although nothing was changed. Pure.

What has not changed is told by two hashes: that of the playbook with everything that it includes,
and that of all variables. In a lab the host was reverted to its snapshot in between as well, so
what remains is chance: the network, the time, the hypervisor. Of runs outside of a lab's nights
nobody knows whether a person mended the host by hand; they count too, and the names of the runs say
which they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from provision.journal.story import RunStory

_PASSED = ("ok", "changed")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One task of one run.

    Args:
        where: The night, or the run if it was of none.
        time: When it ended, ISO 8601 UTC.
        reason: Why it failed.
    """

    host: str
    playbook: str
    hashes: tuple[str, str]
    task: str
    where: str
    time: str
    passed: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Flaky:
    """A task that failed, and then passed with the same playbook and variables.

    Args:
        failed: Nights or runs in which it failed and passed later, the oldest first.
        passed: Where it passed first after the last of them.
        attempts: How often it was tried in all, with the same playbook and variables.
        reason: Of the last such failure.
    """

    host: str
    playbook: str
    task: str
    failed: tuple[str, ...]
    passed: str
    attempts: int
    reason: str = ""


def attempts_of(stories: Iterable[RunStory], nights: Mapping[str, str]) -> list[Attempt]:
    """Give the tasks of runs that came to an end.

    Args:
        nights: The night of each run that was part of one.
    """
    return [
        Attempt(
            host=story.run.host,
            playbook=story.run.playbook,
            hashes=(story.run.playbook_sha256, story.run.variables_sha256),
            task=task.name,
            where=nights.get(story.run.id, story.run.id),
            time=task.ended,
            passed=task.outcome in _PASSED,
            reason=task.reason,
        )
        for story in stories
        for task in story.tasks
        if task.outcome in (*_PASSED, "failed")
    ]


def flaky_tasks(attempts: Iterable[Attempt]) -> list[Flaky]:
    """Find tasks that failed and passed later, under equal hashes; the flakiest first.

    A failure after which the task never passed is none of these: it may be a real one. Neither is
    one that a change of the playbook or of a variable came after.
    """
    groups: dict[tuple[str, str, str, tuple[str, str]], list[Attempt]] = {}
    for one in sorted(attempts, key=lambda one: one.time):
        groups.setdefault((one.host, one.playbook, one.task, one.hashes), []).append(one)
    found: dict[tuple[str, str, str], Flaky] = {}
    for (host, playbook, task, _), group in groups.items():
        passes = [index for index, one in enumerate(group) if one.passed]
        failures = [
            index
            for index, one in enumerate(group)
            if passes and not one.passed and index < passes[-1]
        ]
        if not failures:
            continue
        last = failures[-1]
        earlier = found.get((host, playbook, task), Flaky(host, playbook, task, (), "", 0))
        found[host, playbook, task] = Flaky(
            host,
            playbook,
            task,
            (*earlier.failed, *(group[index].where for index in failures)),
            next(group[index].where for index in passes if index > last),
            earlier.attempts + len(group),
            group[last].reason,
        )
    return sorted(found.values(), key=lambda one: -len(one.failed) / one.attempts)
