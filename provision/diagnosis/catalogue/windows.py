"""Windows itself."""

from __future__ import annotations

from provision.diagnosis.issue import KnownIssue, Pattern

_SERVICING = r"(DISM|WindowsUpdate|Windows Update|Microsoft\.Update|WindowsPackage|WindowsFeature)"

WINDOWS: tuple[KnownIssue, ...] = (
    KnownIssue(
        id="network-logon-refused",
        title="Windows refuses this work to a network logon",
        patterns=(
            Pattern(id=_SERVICING, hresult="0x80070005"),
            Pattern(text=_SERVICING, hresult="0x80070005"),
        ),
        cause="Windows Update, and DISM in places, do not work for a logon over WinRM.",
        remedy="Run it as a job: `detach: true`.",
        source="Microsoft, Windows Update Agent: using WUA from a remote computer",
    ),
    KnownIssue(
        id="too-few-processors",
        title="The container did not start in time",
        patterns=(Pattern(text=r"failed to start", hresult="0x800705B4"),),
        cause="TP5 needs more processors than this host has.",
        remedy="Give the VM at least two processors, better four.",
        source="Virtualization-Documentation issues on TP5",
        generations=frozenset({"tp5"}),
    ),
    KnownIssue(
        id="disk-full",
        title="The host's disk is full",
        patterns=(
            Pattern(id=r"^DiskFull\b"),
            Pattern(hresult="0x80070070"),
            Pattern(text=r"There is not enough space on the disk"),
        ),
        cause="Windows could not write any more.",
        remedy="Free some space on the drive; the Server Core image alone needs about 10 GB.",
        source="ERROR_DISK_FULL (112)",
    ),
)
