function Invoke-Program($Params, [bool] $Check) {
    if ($Check) {
        return [ordered] @{ exit_code = $null; stdout = ''; stderr = ''; truncated = $false; timed_out = $false; ran = $false }
    }
    $environment = @{}
    foreach ($property in @($Params.environment.PSObject.Properties)) {
        if ($property) { $environment[$property.Name] = [string] $property.Value }
    }
    $directory = Get-WorkingDirectory $Params.directory
    $result = Invoke-Native (Find-Program $Params.program) @($Params.arguments) $directory $environment $Params.timeout
    [ordered] @{
        exit_code = $result.exit_code
        stdout    = $result.stdout
        stderr    = $result.stderr
        truncated = $result.truncated
        timed_out = $result.timed_out
        ran       = $true
    }
}

function Get-WorkingDirectory($Directory) {
    if (-not $Directory) { return Get-DataFolder }
    if (-not [IO.Directory]::Exists($Directory)) {
        throw (New-AgentError 'NotFound' "there is no folder $Directory")
    }
    [IO.Path]::GetFullPath($Directory)
}
