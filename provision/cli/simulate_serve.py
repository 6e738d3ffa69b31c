"""`provision simulate serve`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

    from provision.cli.served import Served
    from provision.simulator.server import Server

PASSWORD_VARIABLE = "PROVISION_SIMULATOR_PASSWORD"


@click.command(short_help="Serve a simulated host to any WinRM client.")
@click.argument("hostfile", required=False)
@click.option("--limit", metavar="HOST", help="Which host of HOSTFILE.")
@click.option("--scenario", metavar="NAME", help="A named set of knobs, such as tp5.")
@click.option(
    "--generation", type=click.Choice(["tp4", "tp5", "rtm"]), help="Which build of Windows it is."
)
@click.option("--speed", type=click.FloatRange(0, min_open=True), help="Host seconds a second.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes a free one.")
@click.option("--scheme", type=click.Choice(["http", "https"]), help="http unless given.")
@click.option("--user", help="Who may log in; Administrator unless given.")
@click.option("--faults", metavar="FILE", help="What goes wrong at which exchange: JSON.")
@click.option("--record", metavar="FILE", help="Write exchanges and jobs as JSON lines.")
def serve(
    hostfile: str | None,
    limit: str | None,
    scenario: str | None,
    generation: str | None,
    speed: float | None,
    port: int,
    scheme: str | None,
    user: str | None,
    faults: str | None,
    record: str | None,
) -> int:
    """Serve a simulated host on loopback until Ctrl-C.

    With HOSTFILE it is that host, with its state; without, a new one that is forgotten at the end.
    The password is taken from PROVISION_SIMULATOR_PASSWORD, or made up and shown.

    A file of faults is a list such as [{"exchange": 41, "kind": "reset_after"}]; --record tells
    which exchange is which.

    \b
    Examples:
      provision simulate serve --generation tp4 --port 5985
      provision simulate serve host.yml
    """
    import asyncio
    import tempfile
    from pathlib import Path

    from provision.cli.exit_codes import ExitCode
    from provision.cli.served import Script, served_alone, served_from
    from provision.model.errors import InputError, Problem

    knobs = {"scenario": scenario, "generation": generation, "speed": speed}
    given = {name: value for name, value in knobs.items() if value is not None}
    script = Script.open(faults, record)
    with tempfile.TemporaryDirectory(prefix="provision-simulator-") as folder:
        if hostfile is None:
            served = served_alone(given, script, user=user, scheme=scheme)
        else:
            served = served_from(hostfile, limit, given, script, user=user, scheme=scheme)
        password = os.environ.get(PASSWORD_VARIABLE) or _throwaway()
        try:
            asyncio.run(_serve(served, password, port, Path(folder)))
        except KeyboardInterrupt:
            pass
        except OSError as error:
            reason = error.strerror or str(error)
            raise InputError([Problem(f"--port {port} cannot be had: {reason}")]) from None
    click.echo("stopped")
    return ExitCode.DONE


async def _serve(served: Served, password: str, port: int, folder: Path) -> None:
    from provision.simulator.server import serve as serve_machine

    try:
        await serve_machine(
            served.machine,
            {served.user: password},
            scheme=served.scheme,
            port=port,
            faults=served.script.faults,
            ready=lambda server: _announce(server, served, password, folder),
        )
    finally:
        await served.close()


def _throwaway() -> str:
    import secrets

    return secrets.token_urlsafe(12)


def _announce(server: Server, served: Served, password: str, folder: Path) -> None:
    made_up = PASSWORD_VARIABLE not in os.environ
    click.echo(f"{served.title}: {server.endpoint}")
    click.echo(f"  user      {served.user}")
    click.echo(f"  password  {password if made_up else f'as in {PASSWORD_VARIABLE}'}")
    click.echo("  auth      ntlm, negotiate, basic")
    if server.certificate is not None:
        path = folder / "ca.pem"
        path.write_bytes(server.certificate.ca)
        click.echo(f"  ca        {path}")
    click.echo("Ctrl-C ends it.")
