# The last expression of the joined source is the handler that the bootstrap feeds with lines.

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$WarningPreference = 'SilentlyContinue'
$InformationPreference = 'SilentlyContinue'
$ConfirmPreference = 'None'

function Get-Ready([string] $Hash) {
    [ordered] @{
        boot       = Get-BootIdentity
        powershell = [string] $PSVersionTable.PSVersion
        process    = $PID
        sha256     = $Hash
    }
}

{ param([string] $Line) Invoke-Line $Line }
