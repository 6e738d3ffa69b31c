"""`provision lab report`."""

from __future__ import annotations

import click

from provision.cli.lab_records import lab_file


@click.command(short_help="Write a night as HTML or JUnit XML.")
@click.argument("night", default="last")
@lab_file
@click.option("--html", metavar="FILE", help="Write one self-contained HTML file; - is stdout.")
@click.option("--junit", metavar="FILE", help="Write JUnit XML for a CI; - is stdout.")
def report(night: str, labfile: str, html: str | None, junit: str | None) -> int:
    """Write the report of a night: what broke and why, times, warnings, trends, logs.

    NIGHT is the beginning of its id, `last` (unless given), or `previous`. The HTML file needs no
    network and runs no script. In JUnit XML each host is a test suite, each task and each
    verification a test case. Asks no host, and ends with 0 also for a red night.

    \b
    Example:
      provision lab report --html night.html --junit night.xml
    """
    from provision.cli.exit_codes import ExitCode
    from provision.cli.lab_records import open_lab_records
    from provision.cli.lab_told import told_of
    from provision.cli.written import write_file, written_where
    from provision.lab.night_junit import night_junit
    from provision.lab.night_page import night_content
    from provision.report.html.rendering import render

    if not (html or junit):
        raise click.UsageError("say what to write: --html FILE, --junit FILE, or both")
    with written_where(html, junit):
        with open_lab_records(labfile) as records:
            told = told_of(records, records.find(night))
        if html:
            write_file(html, render(night_content(told)).encode("utf-8", "replace"))
        if junit:
            write_file(junit, night_junit(told.night, told.logs))
    return ExitCode.DONE
