"""WinNAT, whose networks may neither overlap nor, on Windows Server 2016, be more than one."""

from __future__ import annotations

from provision.diagnosis.issue import KnownIssue, Pattern

NAT: tuple[KnownIssue, ...] = (
    KnownIssue(
        id="nat-left-over",
        title="A NAT of an earlier try is in the way",
        patterns=(
            Pattern(
                text=r"Unexpected NAT configuration\. Switch subnet .{0,60}does not match NAT "
                r"subnet"
            ),
        ),
        cause="A NetNat is left over whose prefix is not the switch's.",
        remedy="Remove it (Get-NetNat | Remove-NetNat) and run again.",
        source="Install-ContainerHost.ps1",
        until="tp4",
    ),
    KnownIssue(
        id="nat-prefix-refused",
        title="The NAT's prefix was refused",
        patterns=(
            Pattern(id=r"Windows System Error 87,New-NetNat"),
            Pattern(text=r"New-NetNat ?: The parameter is incorrect"),
        ),
        cause="The prefix overlaps another network of the host (is the host itself inside "
        "172.16.0.0/12?), or there is a NAT already: Windows Server 2016 bears only one.",
        remedy="Remove the other NAT, or give the installer another prefix (-NATSubnetPrefix).",
        source="https://techcommunity.microsoft.com/blog/virtualization/"
        "windows-nat-winnat----capabilities-and-limitations/382303",
    ),
)
