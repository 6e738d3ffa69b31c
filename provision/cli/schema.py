"""`provision schema`."""

from __future__ import annotations

import json

import click


@click.command(short_help="Print the JSON Schema of host files or playbooks.")
@click.argument("kind", type=click.Choice(["host", "playbook"]))
def schema(kind: str) -> None:
    """Print the JSON Schema of host files or playbooks, for editors that check YAML.

    \b
    Example:
      provision schema playbook > playbook.schema.json
    """
    from provision.playbook.schema import host_schema, playbook_schema
    from provision.steps.registry import STEPS

    made = host_schema() if kind == "host" else playbook_schema(STEPS)
    click.echo(json.dumps(made, indent=2, ensure_ascii=False))
