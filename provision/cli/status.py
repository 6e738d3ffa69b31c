"""`provision status`."""

from __future__ import annotations

import json

import click

from provision.cli.options import recorded


@click.command(short_help="Say what goes on, what is on the host, what happened last.")
@click.argument("host", required=False)
@recorded
@click.option("--offline", is_flag=True, help="Ask only the journal, not the host.")
def status(host: str | None, hostfile: str, as_json: bool, offline: bool) -> int:
    """Say of HOST, or of all hosts, what goes on, what is on it now, and what happened last.

    Each host is given some seconds to answer; one that does not is no error here. Changes nothing.

    \b
    Example:
      provision status build-01
    """
    from provision.cli.compose import load_hosts
    from provision.cli.exit_codes import ExitCode
    from provision.cli.options import Selection
    from provision.cli.records import open_records
    from provision.cli.status_of import status_of
    from provision.cli.status_page import status_data, status_page

    with open_records(hostfile) as journal:
        for located in load_hosts(Selection(hostfile, (host,) if host else ())):
            found = status_of(journal, hostfile, located, ask=not offline)
            if as_json:
                click.echo(json.dumps(status_data(found)))
            else:
                for line in status_page(found):
                    click.echo(line)
    return ExitCode.DONE
