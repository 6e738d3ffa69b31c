"""`provision lab schedule`."""

from __future__ import annotations

import click


@click.command(short_help="Print or install the nightly timer.")
@click.option("-f", "--file", "labfile", default="lab.yml", metavar="LABFILE", help="The lab.")
@click.option("--at", default="02:00", show_default=True, metavar="HH:MM", help="Local time.")
@click.option("--jitter", default="10m", show_default=True, help="Put off by up to so long.")
@click.option("--budget", default="6h", show_default=True, help="End the night after so long.")
@click.option(
    "--for",
    "system",
    type=click.Choice(("systemd", "cron", "windows")),
    default="systemd",
    show_default=True,
    help="Whose timer.",
)
@click.option("--install", is_flag=True, help="Install it, for the user who runs this.")
def schedule(labfile: str, at: str, jitter: str, budget: str, system: str, install: bool) -> int:
    """Print the timer that rebuilds a lab every night, or install it.

    Two nights of one lab never run beside each other: a rebuild holds a lock. The time over, a
    night stops at the next safe point, and the next one goes on with it.

    \b
    Examples:
      provision lab schedule --at 01:30
      provision lab schedule --for cron --install
    """
    from provision.cli.lab_timer import print_or_install

    return print_or_install(
        labfile, at=at, jitter=jitter, budget=budget, system=system, install=install
    )
