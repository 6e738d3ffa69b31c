"""`provision simulate`: the simulator on its own."""

from __future__ import annotations

import click

from provision.cli.lazy_group import LazyGroup


@click.group(
    cls=LazyGroup,
    lazy={
        "serve": "provision.cli.simulate_serve:serve",
        "reset": "provision.cli.simulate_reset:reset",
    },
    short_help="Serve a simulated host, or forget its state.",
)
def simulate() -> None:
    """Serve a simulated host to any WinRM client, or forget a simulated host's state.

    \b
    Example:
      provision simulate serve --generation tp4 --port 5985
    """
