# The last expression of the joined source is the handler that the bootstrap feeds with lines.

# In the global scope too: the functions of Windows' own modules look there, not into this one.
foreach ($scope in 'Script', 'Global') {
    Set-Variable -Scope $scope -Name ErrorActionPreference -Value 'Stop'
    Set-Variable -Scope $scope -Name ProgressPreference -Value 'SilentlyContinue'
    Set-Variable -Scope $scope -Name WarningPreference -Value 'SilentlyContinue'
    Set-Variable -Scope $scope -Name InformationPreference -Value 'SilentlyContinue'
    Set-Variable -Scope $scope -Name ConfirmPreference -Value 'None'
}

function Get-Ready([string] $Hash) {
    [ordered] @{
        boot       = Get-BootIdentity
        powershell = [string] $PSVersionTable.PSVersion
        process    = $PID
        sha256     = $Hash
    }
}

{ param([string] $Line) Invoke-Line $Line }
