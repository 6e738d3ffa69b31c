# Features and services of the world.

function Get-WindowsFeature {
    [CmdletBinding()]
    param([Parameter(Position = 0)] [string] $Name)
    (Get-World).features | Where-Object { $_.name -eq $Name } | ForEach-Object {
        $state = 'Available'
        if ($_.installed) { $state = 'Installed' }
        if ($_.pending) { $state = if ($_.installed) { 'InstallPending' } else { 'UninstallPending' } }
        [pscustomobject] @{ Name = $_.name; DisplayName = $_.display_name; Installed = $state -eq 'Installed'; InstallState = $state }
    }
}

function Set-WorldFeature([string] $Name, [bool] $Installed) {
    $world = Get-World
    $feature = $world.features | Where-Object { $_.name -eq $Name }
    $feature.installed = $Installed
    $feature.pending = $feature.needs_restart
    $answer = [pscustomobject] @{ Success = $true; RestartNeeded = 'No'; ExitCode = 'Success' }
    if ($feature.needs_restart) {
        $answer.RestartNeeded = 'Yes'
        $answer.ExitCode = 'SuccessRestartRequired'
        $world.registry = @($world.registry) + [pscustomobject] @{
            noun = 'registry_key'; path = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending'
            volatile = $false; values = @{}
        }
    }
    Set-World $world
    $answer
}

function Install-WindowsFeature {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string] $Name)
    Set-WorldFeature $Name $true
}

function Uninstall-WindowsFeature {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string] $Name)
    Set-WorldFeature $Name $false
}

function Set-WorldService([string] $Name, [string] $State, [string] $Start) {
    Edit-World 'services' {
        param($services)
        foreach ($service in $services) {
            if ($service.name -eq $Name) {
                if ($State) { $service.state = $State }
                if ($Start) { $service.start = $Start }
            }
            $service
        }
    }
}

function Set-Service {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string] $Name, [ValidateSet('Automatic', 'Manual', 'Disabled')] [string] $StartupType)
    Set-WorldService $Name '' $StartupType.ToLowerInvariant()
}

function Start-Service {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string] $Name)
    $service = (Get-World).services | Where-Object { $_.name -eq $Name }
    if (-not $service.starts -or $service.start -eq 'disabled') {
        $PSCmdlet.WriteError((New-WorldError 'CouldNotStartService' "Service '$($service.display_name) ($Name)' cannot be started due to the following error: Cannot start service $Name on computer '.'." 'OpenError'))
        return
    }
    Set-WorldService $Name 'running' ''
}

function Stop-Service {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string] $Name, [switch] $Force)
    Set-WorldService $Name 'stopped' ''
}

function Restart-Service {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string] $Name, [switch] $Force)
    Stop-Service -Name $Name -Force:$Force
    Start-Service -Name $Name -ErrorAction $ErrorActionPreference
}
