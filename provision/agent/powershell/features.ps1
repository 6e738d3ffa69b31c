# Windows features by Server Manager's cmdlets. One that waits for a restart counts as what it will be.

function Find-Feature([string] $Name) {
    if (-not (Test-Command 'Get-WindowsFeature')) {
        throw (New-AgentError 'NotSupported' 'this Windows has no Get-WindowsFeature')
    }
    Get-WindowsFeature -Name $Name | Where-Object { $_.Name -eq $Name } | Select-Object -First 1
}

function Test-FeatureInstalled($Feature) {
    [string] $Feature.InstallState -in 'Installed', 'InstallPending'
}

function Set-FeatureState($Params, [bool] $Check) {
    $feature = Find-Feature $Params.feature
    if (-not $feature) {
        throw (New-AgentError 'NotFound' "there is no feature $($Params.feature)")
    }
    $before = Test-FeatureInstalled $feature
    $wanted = $Params.state -eq 'present'
    $restart = [string] $feature.InstallState -like '*Pending'
    if ($before -ne $wanted -and -not $Check) {
        if ($wanted) { $result = Install-WindowsFeature -Name $feature.Name }
        else { $result = Uninstall-WindowsFeature -Name $feature.Name }
        if (-not $result.Success) {
            throw (New-AgentError 'FeatureFailed' "feature $($feature.Name): $($result.ExitCode)")
        }
        $restart = [string] $result.RestartNeeded -eq 'Yes'
    }
    [ordered] @{
        changed        = $before -ne $wanted
        before         = [ordered] @{ installed = $before }
        after          = [ordered] @{ installed = $wanted }
        restart_needed = $restart
    }
}

function Get-FeatureList($Params) {
    $features = @(foreach ($name in $Params.names) {
        $feature = Find-Feature $name
        if ($feature) { [ordered] @{ name = [string] $feature.Name; installed = Test-FeatureInstalled $feature } }
    })
    [ordered] @{ features = $features }
}
