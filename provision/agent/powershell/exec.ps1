function Invoke-Program($Params, [bool] $Check) {
    if ($Check) {
        return [ordered] @{ exit_code = $null; stdout = ''; stderr = ''; truncated = $false; timed_out = $false; ran = $false }
    }
    $environment = @{}
    foreach ($property in @($Params.environment.PSObject.Properties)) {
        if ($property) { $environment[$property.Name] = [string] $property.Value }
    }
    if ($Params.id) { return Invoke-RecordedProgram $Params $environment }
    $directory = Get-WorkingDirectory $Params.directory
    $result = Invoke-Native (Find-Program $Params.program) @($Params.arguments) $directory $environment $Params.timeout
    New-ProgramAnswer $result
}

# The environment reaches the program through the runner's own, so that it is never written down.
function Invoke-RecordedProgram($Params, $Environment) {
    $content = @($Params.program, @($Params.arguments), $Params.directory, @($Environment.Keys | Sort-Object | ForEach-Object { "$_=$($Environment[$_])" }))
    $new = {
        @{
            path = $null; script = $null; program = Find-Program $Params.program; arguments = @($Params.arguments)
            directory = Get-WorkingDirectory $Params.directory; timeout = [int] $Params.timeout
        }
    }
    $compose = {
        param($Folder, $End)
        $exit = Read-Json (Join-Path $Folder 'exit.json')
        if ($exit.stopped) { throw (New-CallStopped $Params.id) }
        if ($exit.failure) { throw (New-AgentError $exit.failure.id $exit.failure.message) }
        if ($exit) { return New-ProgramAnswer $exit }
        if (-not $End.timed_out) { throw (New-CallLost $Params.id "its runner ended with code $($End.exit_code)") }
        New-ProgramAnswer $End
    }
    Invoke-Recorded $Params $content $new $compose $Environment $script:CallGrace
}

function New-ProgramAnswer($Result) {
    [ordered] @{
        exit_code = $Result.exit_code
        stdout    = [string] $Result.stdout
        stderr    = [string] $Result.stderr
        truncated = [bool] $Result.truncated
        timed_out = [bool] $Result.timed_out
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
