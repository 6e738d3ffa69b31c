"""`provision lab history`."""

from __future__ import annotations

import json

import click

from provision.cli.lab_records import lab_recorded


@click.command(short_help="List the nights of a lab.")
@lab_recorded
@click.option("-n", "--number", default=30, show_default=True, help="At most so many nights.")
def history(labfile: str, as_json: bool, number: int) -> int:
    """List the nights of a lab, the latest first: what became of each VM.

    Ends with what only many nights can tell: flaky tasks, which failed and then passed with the
    same playbook and variables, and what was slower than usual in the last night. Asks no host.

    \b
    Example:
      provision lab history -n 7
    """
    from provision.cli.exit_codes import ExitCode
    from provision.cli.lab_history_text import night_lines, noticed_lines, noticed_objects
    from provision.cli.lab_records import NO_NIGHT, open_lab_records
    from provision.lab.history import night_row, noticed
    from provision.lab.records import NIGHTS
    from provision.report.json_data import plain_data

    with open_lab_records(labfile) as records:
        nights = records.latest(max(number, NIGHTS + 1))
        shown = nights[-max(1, number) :]
        found = noticed(nights[-NIGHTS - 1 :], records.others(nights[-NIGHTS - 1 :]))
    if as_json:
        for record in reversed(shown):
            click.echo(json.dumps({"kind": "night", **plain_data(night_row(record.story))}))
        for one in noticed_objects(found):
            click.echo(json.dumps(one))
        return ExitCode.DONE
    if not shown:
        click.echo(NO_NIGHT)
    for record in reversed(shown):
        for line in night_lines(night_row(record.story)):
            click.echo(line)
    for line in noticed_lines(found):
        click.echo(line)
    return ExitCode.DONE
