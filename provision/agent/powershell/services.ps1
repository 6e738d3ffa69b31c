# Services by WMI, whose words no locale translates; started and stopped by the cmdlets, which wait.

$script:StartWords = @{ Auto = 'automatic'; Manual = 'manual'; Disabled = 'disabled'; Boot = 'automatic'; System = 'automatic' }
$script:StartTypes = @{ automatic = 'Automatic'; manual = 'Manual'; disabled = 'Disabled' }

function Find-Service([string] $Name) {
    $quoted = $Name -replace "([\\'])", '\$1'
    Get-CimInstance -ClassName Win32_Service -Filter "Name = '$quoted'"
}

function New-ServiceState($Service) {
    $state = 'stopped'
    if ($Service.State -eq 'Running') { $state = 'running' }
    [ordered] @{ state = $state; start = $script:StartWords[[string] $Service.StartMode] }
}

function Get-ServiceList($Params) {
    $services = @(foreach ($name in $Params.names) {
        $service = Find-Service $name
        if ($service) {
            $now = New-ServiceState $service
            [ordered] @{ name = [string] $service.Name; state = $now.state; start = $now.start }
        }
    })
    [ordered] @{ services = $services }
}

function Set-ServiceState($Params, [bool] $Check) {
    $service = Find-Service $Params.service
    if (-not $service) {
        throw (New-AgentError 'NotFound' "there is no service $($Params.service)")
    }
    $before = New-ServiceState $service
    $state = $before.state
    if ($Params.state) { $state = [string] $Params.state }
    $start = $before.start
    if ($Params.start) { $start = [string] $Params.start }
    $restarts = $Params.restart -and $state -eq 'running' -and $before.state -eq 'running'
    $changed = $restarts -or $state -ne $before.state -or $start -ne $before.start
    $after = [ordered] @{ state = $state; start = $start }
    if ($changed -and -not $Check) {
        Set-ServiceNow $service.Name $before $after $restarts
        $after = New-ServiceState (Find-Service $service.Name)
    }
    New-Change $changed $before $after
}

# A disabled service does not start, so that change comes first, and disabling last.
function Set-ServiceNow([string] $Name, $Before, $After, [bool] $Restarts) {
    if ($After.start -ne $Before.start -and $After.start -ne 'disabled') {
        Set-Service -Name $Name -StartupType $script:StartTypes[$After.start]
    }
    try {
        if ($Restarts) { Restart-Service -Name $Name -Force }
        elseif ($After.state -eq 'running' -and $Before.state -ne 'running') { Start-Service -Name $Name }
    }
    catch { throw (New-AgentError 'StartFailed' "service $Name does not start: $((Get-Cause $_).Message)" (Get-Cause $_)) }
    if ($After.state -eq 'stopped' -and $Before.state -ne 'stopped') { Stop-Service -Name $Name -Force }
    if ($After.start -ne $Before.start -and $After.start -eq 'disabled') {
        Set-Service -Name $Name -StartupType Disabled
    }
}
