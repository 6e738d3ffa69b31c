"""Adding features and updates: DISM, Component Based Servicing, Windows Update."""

from __future__ import annotations

from provision.diagnosis.issue import KnownIssue, Pattern

_NET35 = (
    "https://learn.microsoft.com/troubleshoot/windows-client/application-management/"
    "dotnet-framework-35-installation-error"
)
_UPDATE = (
    "https://learn.microsoft.com/troubleshoot/windows-client/installing-updates-features-roles/"
    "common-windows-update-errors"
)

SERVICING: tuple[KnownIssue, ...] = (
    KnownIssue(
        id="feature-source-missing",
        title="Windows has not the files of this feature",
        patterns=(
            Pattern(hresult="0x800F081F"),
            Pattern(text=r"The source files could not be found"),
            Pattern(text=r"Die Quelldateien wurden nicht gefunden"),
            Pattern(text=r"ソース ファイルが見つかりませんでした"),
        ),
        cause="The feature's payload was removed, as in base images, and no source is at hand; or "
        "a source of another patch level.",
        remedy="Give a source (-Source D:\\sources\\sxs) of the same build; .NET 3.5: take an "
        "image that has it.",
        source="microsoft/Windows-Containers#260; microsoft/Windows-Containers#159; "
        f"microsoft/mssql-docker#33; {_NET35}",
    ),
    KnownIssue(
        id="feature-download-failed",
        title="Windows could not download the files of this feature",
        patterns=(Pattern(hresult="0x800F0906"), Pattern(hresult="0x800F0907")),
        cause="Windows Update cannot be reached, or a policy forbids it (0x800F0907).",
        remedy="Give a source (-Source), or let the host reach Windows Update instead of WSUS.",
        source=_NET35,
    ),
    KnownIssue(
        id="component-store-broken",
        title="Windows' component store is damaged",
        patterns=(
            Pattern(hresult="0x800F0831"),
            Pattern(hresult="0x80073701"),
            Pattern(hresult="0x80073712"),
            Pattern(text=r"DISM failed.{0,80}0x80070490"),
        ),
        cause="A package of an update is missing or half installed.",
        remedy="dism /online /cleanup-image /restorehealth; install the update that CBS.log names; "
        "restart; run again.",
        source=f"microsoft/WSL#1580; microsoft/Windows-Containers#495; {_UPDATE}",
    ),
    KnownIssue(
        id="feature-rolled-back",
        title="Windows took the feature back",
        patterns=(Pattern(hresult="0x800F0922"),),
        cause="Its last steps failed; in a container often because host and image differ in "
        "patch level.",
        remedy="Use an image that has the feature, or bring host and image to the same patches; on "
        "a host read CBS.log.",
        source="microsoft/iis-docker#172",
    ),
    KnownIssue(
        id="restart-pending",
        title="Windows first wants the restart that is pending",
        patterns=(Pattern(hresult="0x800F082F"), Pattern(hresult="0x80240030")),
        cause="Earlier changes are not finished before a restart.",
        remedy="Restart the host, then run again.",
        source=_UPDATE,
    ),
    KnownIssue(
        id="update-server-unreachable",
        title="The update server cannot be reached",
        patterns=(
            Pattern(hresult="0x80240438"),
            Pattern(hresult="0x8024402C"),
            Pattern(hresult="0x8024401C"),
            Pattern(hresult="0x80244019"),
        ),
        cause="The name is not resolved, a proxy is in between, or the WSUS server is overloaded.",
        remedy="Check the WSUS address (policy WUServer) and the proxy (netsh winhttp show "
        "proxy); try again later.",
        source="microsoft/WSL#10226; ansible/ansible#28798; ansible/ansible#26238; "
        "criteo-cookbooks/wsus-client#32; ansible/ansible#25499",
    ),
    KnownIssue(
        id="update-service-disabled",
        title="A service that Windows Update needs is disabled",
        patterns=(Pattern(hresult="0x80070422"),),
        cause="wuauserv or one that it needs is set to disabled.",
        remedy="Set-Service wuauserv -StartupType Manual, then run again.",
        source=_UPDATE,
    ),
    KnownIssue(
        id="hyperv-inside-hypervisor",
        title="Hyper-V refuses to be installed in this VM",
        patterns=(
            Pattern(text=r"Hyper-V cannot be installed: A hypervisor is already running"),
            Pattern(
                text=r"Hyper-V cannot be installed: The processor does not have required "
                r"virtualization capabilities"
            ),
        ),
        cause="The VM offers no nested virtualization.",
        remedy="VMware: expose hardware assisted virtualization and set hypervisor.cpuid.v0 = "
        "FALSE; Hyper-V: Set-VMProcessor -ExposeVirtualizationExtensions $true.",
        source="MicrosoftDocs/Virtualization-Documentation#193; https://learn.microsoft.com/"
        "virtualization/hyper-v-on-windows/user-guide/nested-virtualization",
    ),
    KnownIssue(
        id="feature-prerequisite",
        title="A feature's preconditions do not hold",
        patterns=(Pattern(id=r"^Alteration_PrerequisiteCheck_Failed,"),),
        cause="The lines of the message name them.",
        remedy="Read the numbered lines of the message.",
        source="MicrosoftDocs/Virtualization-Documentation#193",
        superficial=True,
        follows=("hyperv-inside-hypervisor",),
    ),
    KnownIssue(
        id="feature-not-added",
        title="A feature could not be added",
        patterns=(Pattern(id=r"^DISMAPI_Error__Failed_To_Enable_Updates,"),),
        cause="The error code in the message says why.",
        remedy="Look the code up; C:\\Windows\\Logs\\DISM\\dism.log has more.",
        source="voxpupuli/puppet-windowsfeature#80; microsoft/iis-docker#115",
        superficial=True,
        follows=(
            "feature-source-missing", "feature-download-failed", "component-store-broken",
            "feature-rolled-back", "service-start-timeout", "restart-pending",
        ),
    ),
)  # fmt: skip
