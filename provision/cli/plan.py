"""`provision plan`."""

from __future__ import annotations

import click

from provision.cli.options import Reporting, Selection, reporting, selection, split_tags, tasks


@click.command(short_help="Say what would be done, and why; change nothing.")
@selection
@tasks
@reporting
def plan(selection: Selection, reporting: Reporting, tags: str, start_at: str | None) -> int:
    """Say what `up` would do on every host in HOSTFILE, and why.

    Looks at the host's facts and runs no task. `up --check` goes further: it asks the host, task
    by task, what would change.

    \b
    Example:
      provision plan host.yml --tags docker
    """
    from provision.cli.run_hosts import run_hosts
    from provision.cli.variables import given_variables
    from provision.engine.run import RunOptions

    options = RunOptions(
        check=True,
        tags=split_tags(tags),
        start_at=start_at,
        variables=given_variables(selection),
    )
    return run_hosts(selection, reporting, options, work="plan")
