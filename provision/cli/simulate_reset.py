"""`provision simulate reset`."""

from __future__ import annotations

import click

from provision.cli.options import Selection, hosts


@click.command(short_help="Forget the state of simulated hosts.")
@hosts
def reset(selection: Selection) -> int:
    """Forget the state of the simulated hosts in HOSTFILE, so that the next run begins anew.

    Real hosts are left alone.

    \b
    Example:
      provision simulate reset host.yml
    """
    from provision.cli.compose import load_hosts
    from provision.cli.exit_codes import ExitCode
    from provision.cli.located import state_file
    from provision.report.text import clean
    from provision.simulator.world.store import reset as forget

    for located in load_hosts(selection):
        host = located.host
        if host.simulate is None:
            click.echo(f"{clean(host.name)}: a real host, left alone")
            continue
        there = forget(state_file(located))
        click.echo(f"{clean(host.name)}: {'forgotten' if there else 'there was no state'}")
    return ExitCode.DONE
