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
        return Invoke-Recorded $Params @($Params.script, $Params.directory) $new ${function:New-ScriptAnswer} @{} 0
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
    $log = Join-Path $Folder 'log'
    if (-not [IO.File]::Exists($log)) { return }
    $length = (New-Object System.IO.FileInfo $log).Length
    $start = [Math]::Max(0, $length - $script:LogLimit)
    $lines = @(Read-LogTail $log $start)
    if ($lines.Length -gt $script:RecordLimit) { $lines = $lines[-$script:RecordLimit..-1] }
    $Answer.records = $lines
    $Answer.truncated = $lines.Length -gt 0 -and $lines[0].number -ne 1
}

function Read-LogTail([string] $Path, [long] $Start) {
    $stream = Open-Shared $Path
    try {
        $null = $stream.Seek($Start, 'Begin')
        $reader = New-Object System.IO.StreamReader $stream, $script:Utf8
        if ($Start -gt 0) { $null = $reader.ReadLine() }
        $text = $reader.ReadToEnd()
    }
    finally { $stream.Dispose() }
    $end = $text.LastIndexOf("`n")
    if ($end -ge 0) { Read-LogLines $text.Substring(0, $end) }
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
