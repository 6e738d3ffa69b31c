"""What is known of Windows itself: names, registry keys, error ids, texts. Written down once.

Sources: Microsoft's documentation of the cmdlets and of Component Based Servicing, the known
practice of configuration tools for pending restarts, and error output that users posted. What only
a Windows host could prove is marked GUESS.
"""

from __future__ import annotations

from provision.agent.operations.base import ErrorRecord
from provision.simulator.world.system import Service

_CBS = "HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing"
RESTART_IN_PROGRESS = f"{_CBS}\\RebootInProgress"
PACKAGES_PENDING = f"{_CBS}\\PackagesPending"
SERVICING_PENDING = f"{_CBS}\\RebootPending"
UPDATE_PENDING = (
    "HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update"
    "\\RebootRequired"
)
SESSION_MANAGER = "HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Session Manager"
FILE_RENAMES = "PendingFileRenameOperations"
COMPUTER_NAME = "HKLM:\\SYSTEM\\CurrentControlSet\\Control\\ComputerName"
CURRENT_VERSION = "HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
REVISION = "UBR"
"""The value in which Windows keeps the fourth part of its version."""

AUTO_LOGON_CHECKED = (
    "HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon\\AutoLogonChecked"
)
CLEARED_BY_RESTART = (SERVICING_PENDING, PACKAGES_PENDING, UPDATE_PENDING, SESSION_MANAGER)

FIRST_WITHOUT_LASTING_NETWORKS = 17763
"""From this build on a container network need not outlive a restart (BusinessCentral's
navcontainerhelper issue 288 tells of Windows Server 2019)."""

NEEDED_SERVICES = ("Schedule", "Winmgmt")
"""What a usable host runs: the agent's jobs are scheduled tasks, its facts come from WMI."""

ALWAYS_SERVICES = (
    Service(name="LanmanServer", display_name="Server", state="running", start="automatic"),
    Service(name="Schedule", display_name="Task Scheduler", state="running", start="automatic"),
    Service(name="Spooler", display_name="Print Spooler", state="running", start="automatic"),
    Service(name="TrustedInstaller", display_name="Windows Modules Installer", start="manual"),
    Service(name="W32Time", display_name="Windows Time", state="running", start="automatic"),
    Service(
        name="Winmgmt",
        display_name="Windows Management Instrumentation",
        state="running",
        start="automatic",
    ),
    Service(name="WSearch", display_name="Windows Search", start="disabled"),
    Service(
        name="WinRM",
        display_name="Windows Remote Management (WS-Management)",
        state="running",
        start="automatic",
    ),
    Service(name="wuauserv", display_name="Windows Update", start="manual"),
)

FEATURE_SERVICES: dict[str, tuple[Service, ...]] = {
    "containers": (
        Service(
            name="vmcompute",
            display_name="Hyper-V Host Compute Service",
            state="running",
            start="automatic",
        ),
        Service(
            name="vmms",
            display_name="Hyper-V Virtual Machine Management",
            state="running",
            start="automatic",
        ),
    ),
    "web-server": (
        Service(
            name="W3SVC",
            display_name="World Wide Web Publishing Service",
            state="running",
            start="automatic",
        ),
    ),
}
"""The services that a feature brings; they are there after the restart that it may need."""

POWERSHELL = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"

WRITE_ERROR_ID = "Microsoft.PowerShell.Commands.WriteErrorException"
RUNTIME_HRESULT = "0x80131501"
"""Measured in a PowerShell engine: `throw 'x'` and `Write-Error` give this HRESULT."""

INVALID_OPERATION_HRESULT = "0x80131509"
"""What .NET gives to an InvalidOperationException that has no cause."""

DISK_FULL_HRESULT = "0x80070070"
DISK_FULL = "There is not enough space on the disk."
NOT_CONNECTED = (
    "Unable to connect to the remote server (No connection could be made because the target "
    "machine actively refused it {where})"
)
TLS_FAILED = "The request was aborted: Could not create SSL/TLS secure channel."

SWITCH_ERROR_ID = "OperationFailed,Microsoft.HyperV.PowerShell.Commands.NewVMSwitch"
"""The cmdlet's part is Microsoft's class name; `OperationFailed` is a GUESS from posted output."""

SWITCH_ERROR_HRESULT = "0x80131500"
"""GUESS: what a .NET exception carries unless it says otherwise."""

BIND_FAILED_HRESULT = "0x80070490"

_SWITCH_ERROR = {
    "en": "Failed while adding virtual Ethernet switch connections.",
    # GUESS: the ids prove more than this text can.
    "ja": "仮想イーサネット スイッチの接続を追加しているときにエラーが発生しました。",
}
_BIND_FAILED = {
    "en": "External Ethernet adapter '{adapter}' bind failed: Element not found. (0x80070490)",
    "ja": "外部イーサネット アダプター '{adapter}' のバインドに失敗しました: "
    "要素が見つかりません。 (0x80070490)",
}
_NOT_RESOLVED = {
    "en": "The remote name could not be resolved: '{name}'",
    "ja": "リモート名を解決できませんでした。: '{name}'",
}


def switch_error(culture: str, script: str) -> ErrorRecord:
    """Give the error that Hyper-V writes although the switch is there and works."""
    return ErrorRecord(
        message=_say(_SWITCH_ERROR, culture),
        id=SWITCH_ERROR_ID,
        hresult=SWITCH_ERROR_HRESULT,
        category="NotSpecified",
        exception="Microsoft.HyperV.PowerShell.VirtualizationException",
        script=script,
    )


def bind_error(culture: str, script: str, adapter: str) -> ErrorRecord:
    """Give the error that ends the script because the adapter cannot be bound."""
    reason = _say(_BIND_FAILED, culture).format(adapter=adapter)
    return switch_error(culture, script).model_copy(
        update={
            "message": f"{_say(_SWITCH_ERROR, culture)}\n{reason}",
            "hresult": BIND_FAILED_HRESULT,
        }
    )


def not_resolved(culture: str, name: str) -> str:
    """Give Windows' text for a host name that DNS does not know."""
    return _say(_NOT_RESOLVED, culture).format(name=name)


def agent_error(id: str, message: str, hresult: str = INVALID_OPERATION_HRESULT) -> ErrorRecord:
    """Give an error that the agent itself makes, with the shape that its PowerShell gives it."""
    return ErrorRecord(
        message=message,
        id=id,
        hresult=hresult,
        category="InvalidOperation",
        exception="System.InvalidOperationException",
    )


def thrown(message: str, script: str, line: int = 0, hresult: str = RUNTIME_HRESULT) -> ErrorRecord:
    """Give the error of `throw 'message'`: its text is its id."""
    return ErrorRecord(
        message=message,
        id=message,
        hresult=hresult,
        category="OperationStopped",
        exception="System.Management.Automation.RuntimeException",
        script=script,
        line=line,
    )


def written_again(error: ErrorRecord, script: str, line: int = 0) -> ErrorRecord:
    """Give what `Write-Error $_` makes of an error: the text stays, the identity is lost."""
    return ErrorRecord(
        message=error.message,
        id=f"{WRITE_ERROR_ID},{script}",
        hresult=RUNTIME_HRESULT,
        category="NotSpecified",
        exception=WRITE_ERROR_ID,
        script=script,
        line=line,
    )


def _say(texts: dict[str, str], culture: str) -> str:
    return texts.get(culture.split("-")[0].lower(), texts["en"])


def hyper_v_refused(script: str, build: int) -> ErrorRecord:
    """Give the error of a virtual machine without nested virtualization, as users posted it.

    MicrosoftDocs/Virtualization-Documentation issue 193 (TP4), dsccommunity/HyperVDsc issue 184.
    """
    reason = (
        "A hypervisor is already running."
        if build < FIRST_WITHOUT_LASTING_NETWORKS
        else "The processor does not have required virtualization capabilities."
    )
    return ErrorRecord(
        message="A prerequisite check for the Hyper-V feature failed.\n1. Hyper-V cannot be "
        f"installed: {reason}",
        id="Alteration_PrerequisiteCheck_Failed,"
        "Microsoft.Windows.ServerManager.Commands.AddWindowsFeatureCommand",
        hresult="0x80131500",
        category="InvalidOperation",
        exception="System.Exception",
        script=script,
    )


NAT_REFUSED = ErrorRecord(
    message="The parameter is incorrect. ",
    id="Windows System Error 87,New-NetNat",
    hresult="0x80070057",
    category="InvalidArgument",
    exception="Microsoft.Management.Infrastructure.CimException",
)
"""A second NAT network, or one that overlaps with an address of the host."""
