"""What Install-ContainerHost.ps1 says itself. The script speaks English on every host."""

from __future__ import annotations

from provision.diagnosis.issue import KnownIssue, Pattern

_SOURCE = "Install-ContainerHost.ps1"

INSTALLER: tuple[KnownIssue, ...] = (
    KnownIssue(
        id="installer-not-elevated",
        title="The installer needs an elevated administrator",
        patterns=(Pattern(text=r"You must run this script as administrator"),),
        cause="It was started without administrator rights, or without elevation.",
        remedy="Log in as a member of Administrators; a local account other than the built-in one "
        "needs LocalAccountTokenFilterPolicy = 1.",
        source=_SOURCE,
    ),
    KnownIssue(
        id="installer-adapter-unknown",
        title="The adapter that the installer was given does not fit",
        patterns=(
            Pattern(text=r"No adapters found that match the name "),
            Pattern(text=r"external networks are configured, but not on the requested adapter"),
        ),
        cause="-ExternalNetAdapter names a missing adapter, or another one has the switch.",
        remedy="Correct -ExternalNetAdapter, or remove the switch that is there.",
        source=_SOURCE,
    ),
    KnownIssue(
        id="installer-wim-missing",
        title="The image file that the installer was given does not exist",
        patterns=(Pattern(text=r"Cannot copy from invalid WimPath "),),
        cause="-WimPath names a file that is not on the host.",
        remedy="Put the image there first (`fetch` or `copy`), or leave -WimPath out.",
        source=_SOURCE,
    ),
    KnownIssue(
        id="installer-image-late",
        title="The image was installed, and Windows does not show it",
        patterns=(Pattern(text=r"Image \w{1,40} not found after 5 minutes"),),
        cause="The image service lists it late, or not before a restart.",
        remedy="Restart the host and run again: the image is not fetched a second time.",
        source=f"{_SOURCE}; MicrosoftDocs/Virtualization-Documentation#162",
        until="tp5",
    ),
    KnownIssue(
        id="installer-nano-feature-missing",
        title="This Nano Server was built without a feature",
        patterns=(Pattern(text=r"This NanoServer deployment does not include "),),
        cause="Nano Server takes its features when its image is made.",
        remedy="Make the Nano Server image anew, with its packages for containers.",
        source=_SOURCE,
    ),
    KnownIssue(
        id="installer-client-windows",
        title="The installer refuses a client Windows",
        patterns=(Pattern(text=r"Ran on client without -IgnoreClient flag"),),
        cause="The script is made for Windows Server.",
        remedy="Use Windows Server, or pass -IgnoreClient knowingly.",
        source=_SOURCE,
        since="rtm",
        until="rtm",
    ),
)
