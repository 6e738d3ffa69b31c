"""`provision validate`."""

from __future__ import annotations

import click

from provision.cli.options import Selection, selection


@click.command(short_help="Check host file and playbooks without a host.")
@selection
def validate(selection: Selection) -> int:
    """Check HOSTFILE and the playbooks that it names; no host is contacted.

    All mistakes are shown at once, each with its place. Secrets are not fetched.

    \b
    Example:
      provision validate host.yml
    """
    from provision.cli.compose import load_projects
    from provision.cli.exit_codes import ExitCode
    from provision.cli.variables import given_variables
    from provision.report.text import clean, plural

    given_variables(selection)
    for project in load_projects(selection):
        tasks = plural(len(project.playbook.tasks), "task")
        said = f"{project.host.name}: {project.playbook.file}: {tasks}"
        click.echo(clean(said))
    click.echo("all is well")
    return ExitCode.DONE
