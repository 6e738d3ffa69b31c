"""`provision verify`."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import click

from provision.cli.options import Reporting, Selection, reporting, selection

if TYPE_CHECKING:
    from provision.model.playbook import Playbook


@click.command(short_help="Carry out only the verifications of a playbook.")
@selection
@click.option("--strict", is_flag=True, help="End with 5 after a warning that no task expects.")
@reporting
def verify(selection: Selection, reporting: Reporting, strict: bool) -> int:
    """Carry out only the `verify` tasks of each host's playbook; ends with 4 when one fails.

    Changes nothing.

    \b
    Example:
      provision verify host.yml
    """
    from provision.cli.run_hosts import run_hosts
    from provision.cli.variables import given_variables
    from provision.engine.run import RunOptions

    options = RunOptions(variables=given_variables(selection))
    return run_hosts(selection, reporting, options, strict=strict, narrow=only_verifications)


def only_verifications(playbook: Playbook) -> Playbook:
    """Take away everything that is not a verification.

    Raises:
        InputError: Nothing is left.
    """
    from provision.model.errors import InputError, Problem
    from provision.model.position import Position

    tasks = tuple(task for task in playbook.tasks if task.step == "verify")
    if not tasks:
        hint = "give another with --playbook, such as playbooks/verify-container-host.yml"
        at = Position(playbook.file, 1, 1)
        raise InputError([Problem("the playbook has no `verify` task", at, hint)])
    return dataclasses.replace(playbook, tasks=tasks, handlers=())
