"""`provision up`."""

from __future__ import annotations

import click

from provision.cli.options import Reporting, Selection, reporting, selection, split_tags, tasks


@click.command(short_help="Bring hosts to what their playbook says.")
@selection
@tasks
@click.option("--check", is_flag=True, help="Change nothing; say what would change.")
@click.option("--strict", is_flag=True, help="End with 5 after a warning that no task expects.")
@click.option("--fresh", is_flag=True, help="Begin anew; do not go on with an unfinished run.")
@click.option("--take-over", is_flag=True, help="Take the host from a run that is gone.")
@reporting
def up(
    selection: Selection,
    reporting: Reporting,
    tags: str,
    start_at: str | None,
    check: bool,
    strict: bool,
    fresh: bool,
    take_over: bool,
) -> int:
    """Bring every host in HOSTFILE (host.yml unless given) to what its playbook says.

    Run again, it changes only what is not so yet; a run that was interrupted, by whatever, goes on
    where it was. Ctrl-C stops at the next safe point.

    \b
    Examples:
      provision up host.yml
      provision up host.yml --check --diff
      provision up lab.yml --limit build-01 --var generation=tp5
    """
    from provision.cli.run_hosts import run_hosts
    from provision.cli.variables import given_variables
    from provision.engine.run import RunOptions

    options = RunOptions(
        check=check,
        tags=split_tags(tags),
        start_at=start_at,
        variables=given_variables(selection),
        take_over=take_over,
    )
    return run_hosts(selection, reporting, options, strict=strict, fresh=fresh)
