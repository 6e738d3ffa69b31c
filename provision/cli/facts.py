"""`provision facts`."""

from __future__ import annotations

import json

import click

from provision.cli.options import Selection, hosts


@click.command(short_help="Show what can be observed of hosts.")
@hosts
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each host.")
def facts(selection: Selection, as_json: bool) -> int:
    """Show the facts of every host in HOSTFILE, as templates see them.

    \b
    Example:
      provision facts host.yml --json
    """
    from provision.cli.complaint import complain
    from provision.cli.compose import load_hosts
    from provision.cli.exit_codes import exit_code_for, worst
    from provision.cli.link import observe, open_link
    from provision.model.errors import ProvisionError
    from provision.report.text import clean

    codes = []
    for located in load_hosts(selection):
        try:
            with open_link(located) as link:
                found = observe(link).model_dump(mode="json")
        except ProvisionError as error:
            complain(error)
            codes.append(exit_code_for(error))
            continue
        if as_json:
            click.echo(json.dumps({"host": located.host.name, "facts": found}))
            continue
        click.echo(f"{clean(located.host.name)}:")
        for name, value in found.items():
            shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            click.echo(f"  {name}: {clean(shown)}")
    return worst(codes)
