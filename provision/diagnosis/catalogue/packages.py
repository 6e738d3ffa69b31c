"""Fetching things: package providers, downloads, TLS."""

from __future__ import annotations

from provision.diagnosis.issue import KnownIssue, Pattern

PACKAGES: tuple[KnownIssue, ...] = (
    KnownIssue(
        id="package-provider-missing",
        title="The container package provider could not be installed",
        patterns=(Pattern(text=r"Could not install Container(Provider|Image provider)"),),
        cause="The package gallery could not be reached over HTTPS, or refused an old TLS version.",
        remedy="Let the host speak TLS 1.2 (SchUseStrongCrypto), check its proxy, or import the "
        "image from a file (-WimPath).",
        source="Install-ContainerHost.ps1",
    ),
    KnownIssue(
        id="nuget-provider-unreachable",
        title="PackageManagement cannot fetch its list of providers",
        patterns=(Pattern(text=r"Unable to download from URI .*LinkID=627338"),),
        cause="Windows PowerShell offers TLS 1.0 by default, which the server no longer accepts.",
        remedy="Let the host speak TLS 1.2: set SchUseStrongCrypto for .NET Framework v4 in the "
        "registry, in both the 64 and the 32 bit part.",
        source="Microsoft, PowerShell Gallery TLS support",
    ),
    KnownIssue(
        id="tls-refused",
        title="No TLS connection could be made",
        patterns=(Pattern(text=r"Could not create SSL/TLS secure channel"),),
        cause="The host offered an old TLS version. Inside a TP4 container HTTPS is a documented "
        "limitation.",
        remedy="Let the host speak TLS 1.2 (SchUseStrongCrypto), or let the controller fetch the "
        "file (`via: controller`). Inside a TP4 container, fetch over HTTP or copy the file in.",
        source="Microsoft, Windows containers work in progress (TP4)",
    ),
    KnownIssue(
        id="no-connected-network",
        title="No network adapter is connected",
        patterns=(Pattern(text=r"No connected network|Network not connected after 5 minutes"),),
        cause="No adapter of the host is up, or the new switch has taken the only one away.",
        remedy="Connect an adapter of the VM, or name one that is up (-ExternalNetAdapter).",
        source="Install-ContainerHost.ps1",
    ),
)
