"""Wires a host file, its playbooks and the engine together; the only place that knows them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provision.cli.complaint import caution
from provision.cli.located import Located
from provision.cli.options import Selection
from provision.cli.variables import given_variables
from provision.diagnosis.catalogue import CATALOGUE
from provision.engine.host_runner import HostRunner
from provision.engine.local_fetch import fetch_from_here
from provision.engine.memory import RunMemory
from provision.engine.run import RunOptions
from provision.model.errors import InputError, Problem
from provision.model.event import Observer
from provision.model.host import Host
from provision.model.playbook import Playbook, Task
from provision.playbook.inventory import load_hosts as read_hosts
from provision.playbook.loader import load_playbook
from provision.playbook.params import prepare_step
from provision.playbook.suggestion import did_you_mean
from provision.playbook.template import Renderer
from provision.playbook.variables import check_variables
from provision.simulator.world.scenarios import SCENARIOS
from provision.steps.registry import STEPS
from provision.steps.step import Step

if TYPE_CHECKING:
    from provision.cli.link import Link

IGNORED = "task-failed-ignored"
"""The warning that a failure becomes in a task with `ignore`."""

Narrow = Callable[[Playbook], Playbook]


@dataclass(frozen=True, slots=True)
class Project:
    """One host with its playbook."""

    located: Located
    playbook: Playbook

    @property
    def host(self) -> Host:
        """The host."""
        return self.located.host


def load_hosts(selection: Selection) -> list[Located]:
    """Read the host file; gives the selected hosts. What should not be left so is said loudly.

    Raises:
        InputError: With everything that is wrong.
    """
    if not Path(selection.hostfile).exists():
        hint = "name yours: provision COMMAND HOSTFILE; or go to the folder that has it"
        raise InputError([Problem(f"there is no host file {selection.hostfile}", hint=hint)])
    file = read_hosts(Path(selection.hostfile), selection.hostfile)
    hosts = _limited(file.hosts, selection.limit) if selection.limit else file.hosts
    problems = [problem for host in hosts for problem in _unknown_scenario(host)]
    if problems:
        raise InputError(problems)
    for notice in file.notices:
        caution(notice)
    return [
        Located(host, file.base, file.passwords.get(host.name), file.passphrases.get(host.name))
        for host in hosts
    ]


def load_projects(selection: Selection, narrow: Narrow | None = None) -> list[Project]:
    """Read the host file and the playbooks of the selected hosts.

    Args:
        narrow: Takes away tasks of each playbook.

    Raises:
        InputError: With everything that is wrong in all of them.
    """
    given = given_variables(selection)
    projects = []
    problems: dict[Problem, None] = {}
    for located in load_hosts(selection):
        host = located.host
        written = selection.playbook or host.playbook
        if written is None:
            hint = "write `playbook: FILE`, or give --playbook FILE"
            problems[Problem(f"{host.name}: no playbook is named", host.position, hint)] = None
            continue
        if not Path(written).exists():
            problems[_no_playbook(host, written, given=selection.playbook is not None)] = None
            continue
        try:
            playbook = load_playbook(Path(written), written, STEPS)
            playbook = narrow(playbook) if narrow else playbook
        except InputError as error:
            problems.update(dict.fromkeys(error.problems))
            continue
        problems.update(dict.fromkeys(check_variables(playbook, {*host.vars, *given}, STEPS)))
        problems.update(dict.fromkeys(_unknown_issues(playbook)))
        projects.append(Project(located, playbook))
    if problems:
        raise InputError(tuple(problems))
    return projects


def make_runner(
    project: Project,
    options: RunOptions,
    link: Link,
    observers: Sequence[Observer],
    memory: RunMemory,
) -> HostRunner:
    """Make what carries out the playbook on the host."""
    renderer = Renderer()

    def prepare(task: Task, variables: Mapping[str, Any]) -> Step:
        return prepare_step(STEPS[task.step], task, variables, renderer)

    return HostRunner(
        project.host,
        project.playbook,
        options,
        connector=link.connector,
        clock=link.clock,
        renderer=renderer,
        prepare=prepare,
        steps=STEPS.__getitem__,
        fetch=fetch_from_here,
        observers=observers,
        memory=memory,
    )


def _unknown_scenario(host: Host) -> Iterator[Problem]:
    if host.simulate is None or host.simulate.scenario in (None, *SCENARIOS):
        return
    name = host.simulate.scenario
    hint = did_you_mean(name, SCENARIOS, listed=len(SCENARIOS))
    yield Problem(f"{host.name}: there is no scenario '{name}'", host.position, hint)


def _no_playbook(host: Host, path: str, *, given: bool) -> Problem:
    if given:
        return Problem(f"--playbook: there is no file {path}", hint="check the path")
    hint = "a relative path is sought beside the host file"
    return Problem(f"{host.name}: there is no playbook {path}", host.position, hint)


def _unknown_issues(playbook: Playbook) -> Iterator[Problem]:
    tasks = [task for task in (*playbook.tasks, *playbook.handlers) if task.expect_warnings]
    known = {IGNORED, *(issue.id for issue in CATALOGUE)}
    if any(name not in known for task in tasks for name in task.expect_warnings):
        from provision.dockerfile.rules import RULES

        known.update(RULES)
    for task in tasks:
        for name in task.expect_warnings:
            if name not in known:
                message = f"'expect_warnings' names '{name}', which is no known issue"
                yield Problem(message, task.position, did_you_mean(name, known, listed=0))


def _limited(hosts: Sequence[Host], limit: Sequence[str]) -> list[Host]:
    known = {name for host in hosts for name in (host.name, *host.groups)}
    problems = [
        Problem(
            f"--limit: there is no host or group '{name}'",
            hint=f"there are {', '.join(sorted(known))}",
        )
        for name in limit
        if name not in known
    ]
    if problems:
        raise InputError(problems)
    return [host for host in hosts if {host.name, *host.groups} & set(limit)]
