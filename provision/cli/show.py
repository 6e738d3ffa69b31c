"""`provision show`."""

from __future__ import annotations

import json

import click

from provision.cli.options import recorded


@click.command(short_help="Show one run: tasks, changes, warnings, restarts.")
@click.argument("run", default="last")
@recorded
@click.option("--html", metavar="FILE", help="Write one self-contained HTML file; - is stdout.")
@click.option("--junit", metavar="FILE", help="Write JUnit XML for a CI; - is stdout.")
def show(run: str, hostfile: str, as_json: bool, html: str | None, junit: str | None) -> int:
    """Show what a run did: tasks with their times, changes, warnings, restarts.

    RUN is a run's id, or so much of its beginning that no other has it; the last run unless given.
    With --html or --junit a file is written in place of the text: the HTML file needs no network
    and runs no script; in JUnit XML each task and each verification is a test case. Asks no host.

    \b
    Examples:
      provision show last
      provision show --html run.html --junit run.xml
    """
    from provision.cli.exit_codes import ExitCode
    from provision.cli.records import find_run, open_records, standing
    from provision.cli.run_files import write_run
    from provision.journal.entry import Kind
    from provision.report.html.logs import logs_of
    from provision.report.run_json import run_data
    from provision.report.run_page import page

    with open_records(hostfile) as journal:
        chosen = find_run(journal, run)
        assert journal is not None
        found = standing(journal, chosen)
        lines = journal.entries(chosen.id, kinds=(Kind.LINE,)) if html or junit else ()
        logs = logs_of(found.story, lines)
    if html or junit:
        write_run(found, logs, html=html, junit=junit)
        return ExitCode.DONE
    if as_json:
        click.echo(json.dumps(run_data(found.story, found.state)))
        return ExitCode.DONE
    for line in page(found.story, found.state, found.alive.description if found.alive else ""):
        click.echo(line)
    return ExitCode.DONE
