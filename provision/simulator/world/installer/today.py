"""What today's two installers have in common."""

from __future__ import annotations

from provision.agent.operations.base import ErrorRecord
from provision.simulator.world import windows
from provision.simulator.world.installer.run import Run
from provision.simulator.world.installer.story import WAITING

LISTING = "The following images are present on this machine:"


def transparent_network(run: Run) -> None:
    """Fail at the network that `-UseDHCP` asks for: its cmdlet left Windows before 2019.

    Reported as issue 461 of microsoft/Windows-Containers.
    """
    story = run.story
    story.say("Waiting for Hyper-V Management...")
    story.wait(3, WAITING)
    story.say("Enabling container networking...", "Creating container network (Transparent)...")
    story.fail(
        ErrorRecord(
            message="The term 'New-ContainerNetwork' is not recognized as the name of a cmdlet, "
            "function, script file, or operable program. Check the spelling of the name, or if a "
            "path was included, verify that the path is correct and try again.",
            id="CommandNotFoundException",
            hresult=windows.RUNTIME_HRESULT,
            category="ObjectNotFound",
            exception="System.Management.Automation.CommandNotFoundException",
            script=story.script,
        )
    )


def native_error(run: Run, line: str) -> None:
    """Write a line of a program's standard error, as PowerShell makes a record of it."""
    run.story.error(
        ErrorRecord(
            message=line,
            id="NativeCommandError",
            hresult=windows.RUNTIME_HRESULT,
            category="NotSpecified",
            exception="System.Management.Automation.RemoteException",
            script=run.story.script,
        )
    )


def reachable(run: Run, url: str) -> bool:
    """Tell whether a program of the host reaches an address."""
    unreachable = run.world.knobs.download_fails
    return not (unreachable and unreachable in url)
