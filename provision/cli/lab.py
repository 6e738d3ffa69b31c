"""`provision lab`: VMs that are rebuilt, night after night."""

from __future__ import annotations

import click

from provision.cli.lazy_group import LazyGroup


@click.group(
    cls=LazyGroup,
    lazy={
        "rebuild": "provision.cli.lab_rebuild:rebuild",
        "schedule": "provision.cli.lab_schedule:schedule",
        "history": "provision.cli.lab_history:history",
        "compare": "provision.cli.lab_compare:compare",
        "report": "provision.cli.lab_report:report",
    },
    short_help="Rebuild a lab of VMs.",
)
def lab() -> None:
    """Rebuild the VMs of a lab from their snapshots, and keep what was verified.

    \b
    Example:
      provision lab rebuild -f lab.yml
    """
