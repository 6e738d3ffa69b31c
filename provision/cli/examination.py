"""What `provision doctor` looks at, from the name of a host to the self-test of the agent.

Each look rests on the ones before it: after a failure the rest is skipped. Nothing is changed on
the host; what is opened there is closed again.
"""

from __future__ import annotations

from collections.abc import Iterator

from provision.agent.client import AgentClient
from provision.agent.operations.host import SelfTest
from provision.cli.finding import Failed, Finding, Look, State
from provision.cli.link import Link, WinRMLink
from provision.engine import retry
from provision.model.errors import ProvisionError


def examine(link: Link) -> Iterator[Finding]:
    """Look at everything in turn; gives each finding as soon as it is known."""
    looks = _looks(link)
    for number, (name, look) in enumerate(looks):
        try:
            found = look()
        except Failed as failed:
            yield Finding(name, "failed", failed.found, failed.remedy)
            for later in [*(later for later, _ in looks[number + 1 :]), "agent", "self-test"]:
                yield Finding(later, "skipped", f"{name} comes first")
            return
        yield found if isinstance(found, Finding) else Finding(name, "passed", found)
    yield from _agent(link)


def _looks(link: Link) -> list[Look]:
    if isinstance(link, WinRMLink):
        from provision.cli import winrm_looks

        return winrm_looks.looks(link)
    from provision.cli import ssh_link, ssh_looks

    assert isinstance(link, ssh_link.SSHLink)
    return ssh_looks.looks(link)


def _agent(link: Link) -> Iterator[Finding]:
    """Start the agent and let it test itself."""
    client = AgentClient(
        link.connector.channel(),
        retrying=lambda: retry.in_place(link.clock),
        clock=link.clock,
    )
    try:
        try:
            ready = client.start()
        except ProvisionError as error:
            detail = f": {error.details}" if error.details else ""
            yield Finding("agent", "failed", f"{error.brief}{detail}", error.resolution)
            return
        found = f"runs in PowerShell {ready.powershell}, boot {ready.boot}"
        yield Finding("agent", "passed", found)
        try:
            checks = client.call(SelfTest()).checks
        except ProvisionError as error:
            yield Finding("self-test", "failed", error.brief, error.resolution, agent=True)
            return
    finally:
        client.close()
    for check in checks:
        state: State = "passed" if check.passed else "failed"
        remedy = "" if check.passed else _REMEDIES.get(check.check, "")
        yield Finding(f"self-test: {check.check}", state, check.found, remedy, agent=True)


_REMEDIES = {
    "powershell": "Install Windows Management Framework 5.0 or later.",
    "elevated": "Log in as a member of Administrators; for a local account other than "
    "Administrator set LocalAccountTokenFilterPolicy to 1.",
    "language_mode": "The agent needs FullLanguage: lift the constrained language policy for "
    "this account.",
    "data_folder": "Let the account write to its data folder in ProgramData.",
    "scheduled_tasks": "Jobs run as scheduled tasks: the ScheduledTasks module is needed.",
    "volatile_key": "Let the account write to HKLM\\SOFTWARE.",
}
