"""`provision lab compare`."""

from __future__ import annotations

import json

import click

from provision.cli.lab_records import lab_recorded


@click.command(short_help="Say what differs between two nights.")
@click.argument("a", default="previous")
@click.argument("b", default="last")
@lab_recorded
def compare(a: str, b: str, labfile: str, as_json: bool) -> int:
    """Say what differs between the nights A and B.

    Compared are outcomes, playbooks and variables by their hashes, the Windows build, what
    verification found (images, versions), warnings, and the seconds of each task. A night is the
    beginning of its id, `last`, or `previous`; unless given, the last two. Asks no host.

    \b
    Examples:
      provision lab compare
      provision lab compare 2026-11-23 2026-11-24
    """
    from provision.cli.exit_codes import ExitCode
    from provision.cli.lab_compare_text import comparison_lines
    from provision.cli.lab_records import open_lab_records
    from provision.lab.comparing import compare
    from provision.lab.records import with_runs
    from provision.report.json_data import plain_data

    with open_lab_records(labfile) as records:
        chosen = [records.find(a), records.find(b)]
        before, after = with_runs(records.journal, chosen)
    comparison = compare(before, after)
    if as_json:
        ends = {"before": comparison.before, "after": comparison.after}
        for kind, rows in (("difference", comparison.differences), ("seconds", comparison.times)):
            for row in rows:
                data = plain_data(row)
                what = data.pop("kind", None)
                more = {"of": what} if what else {}
                click.echo(json.dumps({"kind": kind, "nights": ends, **more, **data}))
        return ExitCode.DONE
    for line in comparison_lines(comparison):
        click.echo(line)
    return ExitCode.DONE
