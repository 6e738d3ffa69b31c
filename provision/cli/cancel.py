"""`provision cancel`."""

from __future__ import annotations

import json

import click

from provision.cli.options import recorded


@click.command(short_help="Stop the work on a host, and say what is left.")
@click.argument("host", required=False)
@recorded
@click.option("--force", is_flag=True, help="Also when a run is at work: it is asked to stop.")
def cancel(host: str | None, hostfile: str, as_json: bool, force: bool) -> int:
    """Stop what goes on on HOST, with its whole process tree; then give the host back.

    Jobs are stopped, and commands that tasks wait for. Says what is left: an installer's marker,
    its task at the next logon, jobs that ended. A run that is at work is left alone unless --force
    is given. `provision up` goes on with the run; `provision up --fresh` begins anew. HOST may be
    left out when there is only one.

    \b
    Example:
      provision cancel build-01
    """
    from provision.cli.cancelling import cancel_on, the_one
    from provision.cli.exit_codes import ExitCode

    done = cancel_on(the_one(hostfile, host), hostfile, force=force, say=_say)
    if as_json:
        click.echo(json.dumps(done.data()))
    else:
        for line in done.page():
            click.echo(line)
    return ExitCode.DONE


def _say(text: str) -> None:
    click.echo(text, err=True)
