"""`provision explain`."""

from __future__ import annotations

import json

import click


@click.command(short_help="List the known issues, or explain one.")
@click.argument("issue", metavar="[ID]", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def explain(issue: str | None, as_json: bool) -> None:
    """Explain a known issue: what it looks like, why it happens, what to do, who says so.

    Without ID all are listed, by family. IDs are what warnings and failures name, and what
    `expect_warnings` takes.

    \b
    Example:
      provision explain hns-port-in-use
    """
    from provision.cli.issue_text import data, listing, page
    from provision.diagnosis.catalogue import CATALOGUE
    from provision.model.errors import InputError, Problem
    from provision.playbook.suggestion import did_you_mean

    known = {one.id: one for one in CATALOGUE}
    if issue is not None and issue not in known:
        hint = did_you_mean(issue, known, listed=0) or "`provision explain` lists them all"
        raise InputError([Problem(f"no known issue is called {issue!r}", hint=hint)])
    chosen = list(CATALOGUE) if issue is None else [known[issue]]
    if as_json:
        for one in chosen:
            click.echo(json.dumps(data(one), ensure_ascii=False))
        return
    for line in listing() if issue is None else page(chosen[0]):
        click.echo(line)
