"""`provision doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from provision.cli.options import Selection, hosts

if TYPE_CHECKING:
    from provision.cli.finding import Finding

_COLORS = {"passed": "green", "failed": "red", "skipped": "bright_black"}
_INDENT = 39


@click.command(short_help="Find out why a host cannot be reached.")
@hosts
def doctor(selection: Selection) -> int:
    """Look at everything between here and the agent on every host in HOSTFILE.

    From the host's name over port, TLS, WinRM and login (over SSH: host key, login, PowerShell) to
    the agent's self-test; each failure comes with its remedy. Ends with 3 when the agent cannot be
    reached, with 1 when its self-test fails. Changes nothing.

    \b
    Example:
      provision doctor host.yml
    """
    from provision.cli.complaint import complain
    from provision.cli.compose import load_hosts
    from provision.cli.examination import examine
    from provision.cli.exit_codes import ExitCode, exit_code_for, worst
    from provision.cli.link import open_link
    from provision.model.errors import ProvisionError
    from provision.report.text import clean

    codes = []
    for located in load_hosts(selection):
        click.echo(click.style(clean(located.host.name), bold=True))
        try:
            with open_link(located) as link:
                for finding in examine(link):
                    _show(finding)
                    if finding.state == "failed":
                        code = ExitCode.FAILED if finding.agent else ExitCode.UNREACHABLE
                        codes.append(code)
        except ProvisionError as error:
            complain(error)
            codes.append(exit_code_for(error))
    return worst(codes)


def _show(finding: Finding) -> None:
    import shutil
    import textwrap

    from provision.report.text import lines

    state = click.style(f"{finding.state:<7}", fg=_COLORS[finding.state])
    width = max(40, shutil.get_terminal_size((110, 24)).columns - _INDENT)
    found = [
        part
        for line in lines(finding.found)
        for part in textwrap.wrap(line, width, break_on_hyphens=False)
    ]
    click.echo(f"  {state}  {finding.look:<26}  {found[0] if found else ''}")
    for line in found[1:]:
        click.echo(f"{' ' * _INDENT}{line}")
    remedy = [
        part
        for line in lines(finding.remedy)
        for part in textwrap.wrap(line, width, break_on_hyphens=False)
    ]
    for line in remedy:
        click.echo(f"{' ' * _INDENT}{click.style(line, bold=True)}")
