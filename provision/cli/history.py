"""`provision history`."""

from __future__ import annotations

import json

import click

from provision.cli.options import recorded


@click.command(short_help="List the runs of hosts.")
@click.argument("host", required=False)
@recorded
@click.option("-n", "--number", default=20, show_default=True, help="At most so many runs.")
def history(host: str | None, hostfile: str, as_json: bool, number: int) -> int:
    """List the runs on HOST, or on all hosts, the latest first.

    Asks no host. `provision show RUN` tells more of one.

    \b
    Example:
      provision history build-01
    """
    from provision.cli.exit_codes import ExitCode
    from provision.cli.records import NO_RUN, open_records, standing
    from provision.report.run_json import run_row
    from provision.report.run_page import counts, ending, moment, stands
    from provision.report.text import clean

    with open_records(hostfile) as journal:
        runs = journal.runs(host, limit=max(1, number)) if journal is not None else []
        if not runs and not as_json:
            click.echo(NO_RUN if host is None else f"{NO_RUN} on {clean(host)}")
        for run in runs:
            assert journal is not None
            found = standing(journal, run)
            story = found.story
            if as_json:
                click.echo(json.dumps(run_row(story, found.state)))
                continue
            who = found.alive.description if found.alive else ""
            click.echo(
                f"{run.id}  {moment(run.started)}  {clean(run.host)}  {clean(run.playbook)}\n"
                f"  {stands(story, found.state, who)}{ending(story)}\n  {counts(story)}"
            )
    return ExitCode.DONE
