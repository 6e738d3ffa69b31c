"""Package providers and package managers: PowerShell Gallery, Chocolatey, NSSM."""

from __future__ import annotations

from provision.diagnosis.issue import KnownIssue, Pattern

_NETWORK = ("name-not-resolved", "tls-refused", "tls-not-trusted")

PACKAGES: tuple[KnownIssue, ...] = (
    KnownIssue(
        id="nuget-provider-unreachable",
        title="PackageManagement cannot fetch its list of providers",
        patterns=(
            Pattern(text=r"Unable to download from URI .{0,60}LinkID=627338"),
            Pattern(text=r"MSG:UnableToDownload .{0,60}LinkID=627338"),
        ),
        cause="Windows PowerShell offers TLS 1.0 by default, which the server no longer accepts.",
        remedy="Let the host speak TLS 1.2: set SchUseStrongCrypto for .NET Framework v4 in the "
        "registry, in both the 64 and the 32 bit part.",
        source="MicrosoftDocs/PowerShell-Docs#6083; OneGet/NuGetProvider#12; "
        "mwrock/packer-templates#127; carlomorelli/packer-win2016#1",
        follows=_NETWORK,
    ),
    KnownIssue(
        id="nuget-provider-not-found",
        title="The NuGet provider was not found",
        patterns=(
            Pattern(id=r"^NoMatchFoundForProvider,"),
            Pattern(
                text=r"No match was found for the specified search criteria for the "
                r"provider 'NuGet'"
            ),
        ),
        cause="The list of providers could not be fetched; in most cases for want of TLS 1.2.",
        remedy="Let the host speak TLS 1.2 (SchUseStrongCrypto), or copy the provider to it.",
        source="MicrosoftDocs/PowerShell-Docs#6083; PowerShell/PowerShellGallery#86",
        follows=("nuget-provider-unreachable", *_NETWORK),
    ),
    KnownIssue(
        id="package-provider-missing",
        title="The container package provider could not be installed",
        patterns=(Pattern(text=r"Could not install Container(Provider|Image provider)"),),
        cause="The package gallery could not be reached over HTTPS, or refused an old TLS version.",
        remedy="Let the host speak TLS 1.2 (SchUseStrongCrypto), check its proxy, or import the "
        "image from a file (-WimPath).",
        source="Install-ContainerHost.ps1; MicrosoftDocs/Virtualization-Documentation#235",
        until="tp5",
        follows=("nuget-provider-not-found", "nuget-provider-unreachable", *_NETWORK),
    ),
    KnownIssue(
        id="package-provider-cmdlet-missing",
        title="PackageManagement is not there",
        patterns=(
            Pattern(
                id=r"^CommandNotFoundException",
                text=r"'Install-PackageProvider'",
            ),
            Pattern(text=r"The term 'Install-PackageProvider' is not recognized"),
        ),
        cause="Its module is missing or does not load, as on half installed hosts.",
        remedy="Check Get-Module -ListAvailable PackageManagement; install the host anew rather "
        "than to repair it.",
        source="MicrosoftDocs/Virtualization-Documentation#193",
    ),
    KnownIssue(
        id="container-image-module-too-new",
        title="The module ContainerImage wants a newer PowerShell",
        patterns=(
            Pattern(
                id=r"^Modules_InsufficientPowerShellVersion,",
                text=r"\\ContainerImage\\",
            ),
            Pattern(
                text=r"\\ContainerImage\.psd1' requires a minimum Windows PowerShell version of"
            ),
        ),
        cause="It is made for TP5's PowerShell 5.1.",
        remedy="On TP4 use the older provider ContainerProvider.",
        source="MicrosoftDocs/Virtualization-Documentation#256",
        until="tp4",
    ),
    KnownIssue(
        id="container-image-cmdlet-missing",
        title="Windows' own commands for container images are missing",
        patterns=(Pattern(text=r"The term 'Install-ContainerOSImage' is not recognized"),),
        cause="The feature Containers is not installed, or its restart is still to come.",
        remedy="Install the feature Containers, restart, run again.",
        source="PowerShell/ContainerProvider#10; PowerShell/ContainerProvider#14",
        until="tp5",
    ),
    KnownIssue(
        id="docker-provider-gone",
        title="The docker package provider finds nothing any more",
        patterns=(
            Pattern(
                id=r"^NoMatchFoundForCriteria,.{0,80}InstallPackage", text=r"package name 'docker'"
            ),
            Pattern(text=r"DockerDefault_DockerSearchIndex\.json' because it does not exist"),
        ),
        cause="DockerMsftProvider's index was withdrawn in 2023.",
        remedy="Install docker with Microsoft's install-docker-ce.ps1 or from docker's archive.",
        source="OneGet/MicrosoftDockerProvider#91; pablodav/kubernetes-for-windows#17",
        since="rtm",
    ),
    KnownIssue(
        id="docker-provider-checksum",
        title="The docker package is not what its index says",
        patterns=(Pattern(text=r"Cannot verify the file SHA256\. Deleting the file"),),
        cause="The index was older than the package, or the download was cut.",
        remedy="Try again; else fetch docker's archive with its own SHA-256 (`fetch`).",
        source="OneGet/MicrosoftDockerProvider#15; StefanScherer/packer-windows#117; "
        "MicrosoftDocs/Virtualization-Documentation#1158",
        since="rtm",
    ),
    KnownIssue(
        id="choco-missing",
        title="Chocolatey is not there",
        patterns=(
            Pattern(text=r"The term 'choco' is not recognized"),
            Pattern(text=r"'choco' is not recognized as an internal or external command"),
        ),
        cause="Its installation failed before, or PATH is that of before it.",
        remedy="Look further up for why; use the whole path "
        "C:\\ProgramData\\chocolatey\\bin\\choco.exe in the same session.",
        source="StefanScherer/dockerfiles-windows#430; docker-archive-public/docker.labs#9",
        follows=(*_NETWORK, "choco-needs-restart"),
    ),
    KnownIssue(
        id="choco-needs-restart",
        title="Chocolatey wants a restart after .NET 4.8",
        patterns=(Pattern(text=r"\.NET Framework 4\.8 was installed, but a reboot is required"),),
        cause="Chocolatey 2 installs .NET 4.8 first, and a container build cannot restart.",
        remedy="Set chocolateyVersion=1.4.0 before its installer, or take a base image with .NET "
        "4.8.",
        source="aws-samples/aws-virtual-participant-framework-for-rtc#30",
        since="rtm",
    ),
    KnownIssue(
        id="choco-package-not-found",
        title="Chocolatey does not find a package",
        patterns=(
            Pattern(text=r"not installed\. The package was not found with the source\(s\) listed"),
        ),
        cause="The package was withdrawn, has another name, or the feed cannot be reached.",
        remedy="Look the package up at the feed; name a version that exists.",
        source="nmap/nmap#900",
        follows=_NETWORK,
    ),
    KnownIssue(
        id="choco-failed",
        title="Chocolatey could not install a package",
        patterns=(Pattern(text=r"packages\. [1-9]\d{0,3} packages failed"),),
        cause="The package's own lines, further up, say why.",
        remedy="Read C:\\ProgramData\\chocolatey\\logs\\chocolatey.log.",
        source="nmap/nmap#900; chocolatey-community/chocolatey-test-environment#12",
        superficial=True,
        follows=("choco-package-not-found", *_NETWORK, "feature-source-missing", "winrm-memory"),
    ),
    KnownIssue(
        id="npcap-not-silent",
        title="Npcap's free edition cannot be installed silently",
        patterns=(
            Pattern(text=r"Silent installation is only supported in Npcap OEM"),
            Pattern(text=r"Silent installation of nmap requires the npcap"),
        ),
        cause="Silent installation is kept for the paid edition; WinPcap has none of its own.",
        remedy="Use an nmap of the 7.1x series, which brings WinPcap silently, or install it by "
        "hand once.",
        source="nmap/nmap#2683; microsoft/winget-pkgs#143935; saltstack/salt-winrepo#810",
    ),
    KnownIssue(
        id="nssm-unavailable",
        title="NSSM's site does not answer",
        patterns=(
            Pattern(
                text=r"nssm\.cc/.{0,200}(503|Service (Temporarily )?Unavailable|timed out|"
                r"could not be resolved)"
            ),
            Pattern(text=r"Failed to download or configure nssm"),
        ),
        cause="It is a small site, and answers 503 when it is busy.",
        remedy="Run again later, or put nssm.exe into C:\\Windows\\System32 first, for then it is "
        "not fetched.",
        source="komari-monitor/komari#501; MicrosoftDocs/Virtualization-Documentation#254; "
        "henrygd/beszel#1781",
        until="tp5",
    ),
)
