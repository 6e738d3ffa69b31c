"""`provision show`."""

from __future__ import annotations

import json

import click

from provision.cli.options import recorded


@click.command(short_help="Show one run: tasks, changes, warnings, restarts.")
@click.argument("run", default="last")
@recorded
def show(run: str, hostfile: str, as_json: bool) -> int:
    """Show what a run did: tasks with their times, changes, warnings, restarts.

    RUN is a run's id, or so much of its beginning that no other has it; the last run unless given.
    Asks no host.

    \b
    Example:
      provision show last
    """
    from provision.cli.exit_codes import ExitCode
    from provision.cli.records import find_run, open_records, standing
    from provision.report.run_json import run_data
    from provision.report.run_page import page

    with open_records(hostfile) as journal:
        chosen = find_run(journal, run)
        assert journal is not None
        found = standing(journal, chosen)
    if as_json:
        click.echo(json.dumps(run_data(found.story, found.state)))
        return ExitCode.DONE
    for line in page(found.story, found.state, found.alive.description if found.alive else ""):
        click.echo(line)
    return ExitCode.DONE
