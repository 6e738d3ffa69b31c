# PowerShell text of a user, run by the same runner as a job, in a child process while we wait: so
# nothing that it does can reach the agent.

$script:RecordLimit = 2000
$script:LogLimit = 2MB

function Invoke-ScriptText($Params, [bool] $Check) {
    if ($Check) {
        return [ordered] @{ records = @(); exit_code = $null; threw = $false; truncated = $false; timed_out = $false; ran = $false }
    }
    if ($Params.id) {
        $new = { New-ScriptRequest $Params }
        $compose = {
            param($Folder, $End)
            if ((Read-Json (Join-Path $Folder 'exit.json')).stopped) { throw (New-CallStopped $Params.id) }
            New-ScriptAnswer $Folder $End
        }
        return Invoke-Recorded $Params @($Params.script, $Params.directory) $new $compose @{} 0
    }
    $request = New-ScriptRequest $Params
    $folder = Join-Path (Join-Path (Get-DataFolder) 'runs') ([Guid]::NewGuid().ToString('N'))
    $null = [IO.Directory]::CreateDirectory($folder)
    try {
        Invoke-Write { Write-RunFolder $folder $folder $request '' }
        $result = Invoke-Native (Get-PowerShellPath) (Get-RunnerArguments $folder) $folder @{} $Params.timeout
        New-ScriptAnswer $folder $result
    }
    finally { Remove-Quietly $folder }
}

function New-ScriptRequest($Params) {
    @{ path = $null; script = [string] $Params.script; program = $null; arguments = @(); directory = Get-WorkingDirectory $Params.directory }
}

# What a run's folder tells, once its runner has ended in some way.
function New-ScriptAnswer([string] $Folder, $End) {
    $answer = [ordered] @{ records = @(); exit_code = $null; threw = $false; truncated = $false; timed_out = [bool] $End.timed_out; ran = $true }
    Read-RunLog $Folder $answer
    $exit = Read-Json (Join-Path $Folder 'exit.json')
    if ($exit) {
        $answer.exit_code = $exit.exit_code
        $answer.threw = [bool] $exit.threw
    }
    elseif (-not $End.timed_out) { Complete-BrokenRun $answer $End }
    $answer
}

function Read-RunLog([string] $Folder, $Answer) {
    $lines = @(Read-LastLines (Join-Path $Folder 'log.jsonl') $script:LogLimit)
    $length = ($lines | Measure-Object -Property Length -Sum).Sum
    if ($length -lt $script:LogLimit) {
        $lines = @(Read-LastLines (Join-Path $Folder 'log.1.jsonl') ($script:LogLimit - $length)) + $lines
    }
    $records = @(Read-LogLines $lines)
    if ($records.Length -gt $script:RecordLimit) { $records = $records[-$script:RecordLimit..-1] }
    $Answer.records = $records
    $Answer.truncated = $records.Length -gt 0 -and $records[0].number -ne 1
}

# The script ended its own process, or the process died of it.
function Complete-BrokenRun($Answer, $Result) {
    $Answer.exit_code = $Result.exit_code
    $text = $Result.stderr.Trim()
    if ($text) {
        $Answer.records = @($Answer.records) + [ordered] @{
            number = @($Answer.records).Length + 1; time = Format-Milliseconds ([datetime]::UtcNow); kind = 'error'; text = $text; error = $null
        }
    }
}

# Something that the script left running may still hold a file.
function Remove-Quietly([string] $Folder) {
    try { Remove-Anything $Folder } catch { $null = $_ }
}
