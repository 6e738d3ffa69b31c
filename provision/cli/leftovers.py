"""What an unfinished installer leaves on a host: its marker, and its task at the next logon."""

from __future__ import annotations

from dataclasses import dataclass

from provision.cli.compose import Project, load_projects
from provision.cli.located import Located
from provision.cli.options import Selection
from provision.engine.variables import Scope
from provision.model.errors import InputError
from provision.model.facts import Facts
from provision.playbook.params import prepare_step
from provision.playbook.template import Renderer
from provision.steps.checks import Check
from provision.steps.installer.params import InstallerParams
from provision.steps.registry import STEPS


@dataclass(frozen=True, slots=True)
class Leftovers:
    """How to find out what installers left.

    Args:
        checks: That hold when nothing is left.
        unknown: Why something cannot be looked for.
    """

    checks: tuple[Check, ...] = ()
    unknown: tuple[str, ...] = ()


def leftovers(hostfile: str, located: Located, facts: Facts) -> Leftovers:
    """Find in a host's playbook what its installers would leave; asks nobody.

    A playbook that cannot be read, or needs variables that are not known here, is no error.
    """
    name = located.host.name
    try:
        projects = load_projects(Selection(hostfile, (name,)))
        project = next(one for one in projects if one.host.name == name)
    except InputError as error:
        return Leftovers(unknown=(f"the playbook cannot be read: {error.problems[0].message}",))
    return _of(project, facts)


def _of(project: Project, facts: Facts) -> Leftovers:
    renderer = Renderer()
    scope = Scope(project.playbook, project.host, {}, renderer)
    checks: dict[Check, None] = {}
    unknown: list[str] = []
    for task in (*project.playbook.tasks, *project.playbook.handlers):
        kind = STEPS[task.step]
        if not issubclass(kind, InstallerParams):
            continue
        try:
            step = prepare_step(kind, task, scope.variables(facts, task), renderer)
        except InputError as error:
            why = error.problems[0].message
            unknown.append(f"what task {task.name!r} leaves cannot be told: {why}")
            continue
        assert isinstance(step, InstallerParams)
        checks.update(dict.fromkeys(step.all_checks[len(step.checks) :]))
    return Leftovers(tuple(checks), tuple(unknown))
