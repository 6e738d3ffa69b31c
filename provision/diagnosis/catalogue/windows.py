"""Windows itself: rights, services, programs' ends."""

from __future__ import annotations

from provision.diagnosis.issue import KnownIssue, Pattern

_SERVICING = r"(DISM|WindowsUpdate|Windows Update|Microsoft\.Update|WindowsPackage|WindowsFeature)"
_MSI = "https://learn.microsoft.com/windows/win32/msi/error-codes"

WINDOWS: tuple[KnownIssue, ...] = (
    KnownIssue(
        id="network-logon-refused",
        title="Windows refuses this work to a network logon",
        patterns=(
            Pattern(id=_SERVICING, hresult="0x80070005"),
            Pattern(text=r"DISM failed", hresult="0x80070005"),
            Pattern(text=r"DISM failed.{0,80}0x80070005"),
            Pattern(text=r"WindowsUpdate.{0,120}0x80070005"),
            Pattern(text=r"Microsoft\.Update\..{0,120}0x80070005"),
        ),
        cause="Windows Update, and DISM in places, do not work for a logon over WinRM.",
        remedy="Run it as a job: `detach: true`.",
        source="https://learn.microsoft.com/windows/win32/wua_sdk/using-wua-from-a-remote-computer",
    ),
    KnownIssue(
        id="execution-policy",
        title="PowerShell may not run scripts here",
        patterns=(
            Pattern(id=r"^UnauthorizedAccess$"),
            Pattern(text=r"running scripts is disabled on this system"),
            Pattern(text=r"Ausführung von Skripts auf diesem System deaktiviert ist"),
            Pattern(text=r"このシステムではスクリプトの実行が無効になっているため"),
        ),
        cause="The execution policy is Restricted, as it is until somebody changes it.",
        remedy="Start it with powershell -ExecutionPolicy Bypass -File …, or set RemoteSigned for "
        "the machine.",
        source="MicrosoftDocs/Virtualization-Documentation#128; "
        "https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/"
        "about_execution_policies",
    ),
    KnownIssue(
        id="service-start-timeout",
        title="A service did not answer in time",
        patterns=(
            Pattern(hresult="0x8007041D"),
            Pattern(text=r"did not respond to the start or control request in a timely fashion"),
            Pattern(text=r"Der Dienst antwortete nicht rechtzeitig auf die Start- oder Steuer"),
            Pattern(text=r"開始要求または制御要求に応答しませんでした"),
        ),
        cause="The service's program ended at once, or needs longer than 30 s.",
        remedy="Run its program by hand to see why, and look into the event log.",
        source="microsoft/iis-docker#115",
    ),
    KnownIssue(
        id="restart-wanted",
        title="The work is done, and Windows wants a restart",
        patterns=(
            Pattern(exit_code=3010),
            Pattern(exit_code=1641),
        ),
        cause="Exit code 3010 (restart required) or 1641 (restart begun) is a success.",
        remedy="List the code among the task's ok_codes, and restart the host with a `restart` "
        "task.",
        source=f"chocolatey-community/chocolatey-cookbook#106; chef/chef#9079; {_MSI}",
    ),
    KnownIssue(
        id="installer-busy",
        title="Another installation is going on",
        patterns=(Pattern(hresult="0x80070652"), Pattern(exit_code=1618)),
        cause="Windows Installer does one thing at a time.",
        remedy="Wait and run again (`retry`).",
        source=_MSI,
    ),
    KnownIssue(
        id="installer-fatal",
        title="Windows Installer gave up",
        patterns=(Pattern(hresult="0x80070643"), Pattern(exit_code=1603)),
        cause="The reason stands in the installer's own log only.",
        remedy="Run msiexec with /L*V FILE and look for `Return value 3`.",
        source=f"microsoft/winget-pkgs#58762; {_MSI}",
        superficial=True,
        follows=("disk-full", "installer-busy", "network-logon-refused"),
    ),
)
