"""What a Windows administrator would set with `winrm set`, and the limits that protect us."""

from __future__ import annotations

from dataclasses import dataclass

ENVELOPE_LIMIT = 500 * 1024


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """How the simulated WinRM service is configured; the defaults are Windows Server 2016's.

    All times are in real seconds: a client's timeouts do not run faster on a simulated host.

    Args:
        schemes: What a 401 offers, in order. Raw `NTLM` is accepted whether offered or not, as
            Windows does under Negotiate.
        allow_unencrypted: Plain SOAP is accepted over http. Windows refuses it; on loopback it is
            allowed, so that every client can be tried.
        shells_per_user: MaxShellsPerUser.
        envelope_limit: MaxEnvelopeSizekb, in bytes; a larger request gets 413.
        shell_idle_seconds: IdleTimeout of a shell that asks for none.
        operation_seconds: MaxTimeoutms: the longest that one request may wait.
        request_seconds: How long a client may take to send one request, from its first byte.
        idle_connection_seconds: When a silent connection is closed.
        max_connections: Beyond it, new connections are closed at once.
        os_version: What Identify and the configuration report.
        free_powershell: PowerShell that is not our agent goes to a real PowerShell on PATH.
    """

    schemes: tuple[str, ...] = ("Negotiate", "Basic")
    allow_unencrypted: bool = True
    shells_per_user: int = 30
    envelope_limit: int = ENVELOPE_LIMIT
    shell_idle_seconds: float = 7200.0
    operation_seconds: float = 1800.0
    request_seconds: float = 30.0
    idle_connection_seconds: float = 120.0
    max_connections: int = 300
    os_version: str = "10.0.14393"
    free_powershell: bool = True
