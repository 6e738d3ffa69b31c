"""`provision logs`."""

from __future__ import annotations

import click

from provision.cli.options import recorded


@click.command(short_help="Show what a run's installers said.")
@click.argument("run", default="last")
@click.argument("task", required=False)
@recorded
@click.option("--follow", is_flag=True, help="Go on as the run does, until it ends.")
@click.option("--all", "everything", is_flag=True, help="Also what the tool itself said.")
def logs(
    run: str, task: str | None, hostfile: str, as_json: bool, follow: bool, everything: bool
) -> int:
    """Show the lines that installers and other programs wrote on the host, with elapsed host time.

    RUN is the beginning of a run's id; the last run unless given. TASK is a task's number, or a
    part of its name. With --follow, a run in another terminal can be watched; to stop watching it
    does nothing to it.

    \b
    Example:
      provision logs last 4 --follow
    """
    from provision.cli.exit_codes import ExitCode
    from provision.cli.log_lines import LogLines, read_lines
    from provision.cli.records import find_run, open_records

    with open_records(hostfile) as journal:
        chosen = find_run(journal, run)
        assert journal is not None
        shown = LogLines(task, everything=everything, as_json=as_json)
        for line in read_lines(journal, chosen, shown, follow=follow):
            click.echo(line)
    for note in shown.notes:
        click.echo(note, err=True)
    return ExitCode.DONE
