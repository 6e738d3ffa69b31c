"""`provision lab rebuild`."""

from __future__ import annotations

import click


@click.command(short_help="Revert, build, verify and snapshot VMs.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("-f", "--file", "labfile", default="lab.yml", metavar="LABFILE", help="The lab.")
@click.option("--fresh", is_flag=True, help="Begin anew; do not go on with an unfinished night.")
@click.option("--forks", type=click.IntRange(1, 64), help="How many VMs at the same time.")
@click.option("--budget", metavar="TIME", help="Begin no VM after so long, such as 6h.")
def rebuild(
    names: tuple[str, ...], labfile: str, fresh: bool, forks: int | None, budget: str | None
) -> int:
    """Rebuild the named VMs of a lab, or all of them, each in its order.

    A VM is reverted to its snapshot and started; when its host is usable, its playbooks are run
    and verified. If all is well a new snapshot is taken, and the oldest green ones are deleted. A
    VM that fails stops only those that need it, and keeps its old green snapshot. A night that was
    interrupted, by whatever, goes on where it was when this is run again within a day.

    \b
    Examples:
      provision lab rebuild
      provision lab rebuild build-01 --file lab.yml --budget 6h
    """
    from provision.cli.lab_night import rebuild_lab

    return rebuild_lab(names, labfile, fresh=fresh, forks=forks, budget=budget)
