# Recorded calls: programs and scripts that run once for their id, whoever dies in between. Begun is
# a folder with its request; a runner in a process of its own, which outlives the agent, does the
# work and leaves an exit record; the answer made of that is kept, and all else taken away.
#
# The runner itself sees to it that it does its work once, by its lock and its process record. So a
# call that nobody has seen at work is simply started again.

$script:CallDays = 14
$script:CallLimit = 200
$script:CallGrace = 30

function Get-CallsFolder {
    Join-Path (Get-DataPath) 'calls'
}

function Get-CallFolder([string] $Id) {
    if ($Id -notmatch '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$') {
        throw (New-AgentError 'BadRequest' "'$Id' is no id of a call")
    }
    Join-Path (Get-CallsFolder) $Id
}

# The answer of a call: the recorded one, or that of the work which is begun or found begun here.
# $New gives what the runner needs; $Compose makes the answer of the folder and of how it ended.
function Invoke-Recorded($Params, $Content, [scriptblock] $New, [scriptblock] $Compose, $Environment, [int] $Grace) {
    $folder = Get-CallFolder $Params.id
    $digest = Get-BytesHash ($script:Utf8.GetBytes((ConvertTo-Json -InputObject $Content -Compress -Depth 5)))
    $answer = Read-RecordedAnswer $folder $Params.id $digest
    if ($answer) { return $answer }
    try { $answer = Complete-Call $Params $folder $digest $New $Compose $Environment $Grace }
    catch {
        $recorded = Read-RecordedAnswer $folder $Params.id $digest
        if (-not $recorded) { throw }
        $answer = $recorded
    }
    $answer
}

# Another agent, which has outlived its connection, may answer the same call meanwhile. Its answer is
# there before it takes away what that was made of; so whatever was found after that does not count.
function Complete-Call($Params, [string] $Folder, [string] $Digest, [scriptblock] $New, [scriptblock] $Compose, $Environment, [int] $Grace) {
    $request = Read-Json (Join-Path $Folder 'request.json')
    $idle = -not [IO.File]::Exists((Join-Path $Folder 'process.json'))
    if ($request -and $idle -and $request.token -ne (Get-BootIdentity).token) {
        Remove-Anything $Folder
        $request = $null
    }
    if (-not $request) { $request = New-Call $Folder $Digest (& $New) }
    if ($request.content -ne $Digest) { throw (New-CallExists $Params.id) }
    $end = Wait-Call $Params.id $Folder $request ([int] $Params.timeout + $Grace) $Environment
    $answer = & $Compose $Folder $end
    $recorded = Read-RecordedAnswer $Folder $Params.id $Digest
    if ($recorded) { return $recorded }
    Save-Answer $Folder $Digest $answer
    $answer
}

function New-CallExists([string] $Id) {
    New-AgentError 'CallExists' "there is a call $Id with other content"
}

function New-CallStopped([string] $Id) {
    New-AgentError 'CallStopped' "call $Id was stopped"
}

function New-CallLost([string] $Id, [string] $Why, [string] $ErrorId = 'CallLost') {
    New-AgentError $ErrorId "call $Id began and left no answer: $Why"
}

function Read-RecordedAnswer([string] $Folder, [string] $Id, [string] $Digest) {
    $record = Read-Json (Join-Path $Folder 'answer.json')
    if (-not $record) { return }
    if ($record.content -ne $Digest) { throw (New-CallExists $Id) }
    $answer = $record.answer
    if ($answer.records) { $answer.records = @($answer.records | ForEach-Object { ConvertTo-RecordData $_ }) }
    $answer
}

# Another agent may begin the same call at the same moment; then its folder is the one that counts.
function New-Call([string] $Folder, [string] $Digest, $Request) {
    $null = Get-DataFolder
    Remove-OldCalls
    $part = "$Folder.$([Guid]::NewGuid().ToString('N')).new"
    $null = [IO.Directory]::CreateDirectory($part)
    try {
        Invoke-Write { Write-RunFolder $part $Folder $Request $Digest }
        [IO.Directory]::Move($part, $Folder)
    }
    catch {
        Remove-Quietly $part
        if (-not [IO.File]::Exists((Join-Path $Folder 'request.json'))) { throw }
    }
    Read-Json (Join-Path $Folder 'request.json')
}

# Until there is an exit record or an answer, or the deadline is over. Gives how the runner ended, if it was
# started here.
function Wait-Call([string] $Id, [string] $Folder, $Request, [int] $Timeout, $Environment) {
    $end = @{ timed_out = $false; exit_code = $null; stderr = '' }
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while (-not [IO.File]::Exists((Join-Path $Folder 'exit.json')) -and -not [IO.File]::Exists((Join-Path $Folder 'answer.json'))) {
        $process = Read-Json (Join-Path $Folder 'process.json')
        if (-not $process) {
            if ($watch.Elapsed.TotalSeconds -gt 30) {
                throw (New-AgentError 'StartFailed' "call $Id does not start: $($end.stderr.Trim())")
            }
            $end = Invoke-Native (Get-PowerShellPath) (Get-RunnerArguments $Folder) $Folder $Environment $Timeout
            if ($end.timed_out) { break }
            if (-not [IO.File]::Exists((Join-Path $Folder 'process.json'))) { Start-Sleep -Milliseconds 500 }
            continue
        }
        $started = Read-Time $process.started
        $same = $process.token -eq (Get-BootIdentity).token
        if (-not $same -or -not (Test-Running $process.id $started)) {
            # It may have written its exit record just before its end.
            if ([IO.File]::Exists((Join-Path $Folder 'exit.json')) -or $null -ne $end.exit_code) { break }
            if ($same) { throw (New-CallLost $Id "process $($process.id) is gone") }
            throw (New-CallLost $Id 'boot changed' 'CallLostInRestart')
        }
        if ((Get-Tick) - [double] $process.tick -gt $Timeout) {
            Stop-Tree $process.id $started
            $end.timed_out = $true
            break
        }
        Start-Sleep -Milliseconds 100
    }
    $end
}

# On a full disk the exit record stays in its place, and the answer can be made of it again.
function Save-Answer([string] $Folder, [string] $Digest, $Answer) {
    try { Write-Json (Join-Path $Folder 'answer.json') ([ordered] @{ content = $Digest; answer = $Answer }) }
    catch {
        if (Test-DiskFull (Get-Cause $_)) { return }
        throw
    }
    foreach ($path in [IO.Directory]::GetFileSystemEntries($Folder)) {
        if ([IO.Path]::GetFileName($path) -ne 'answer.json') { Remove-Quietly $path }
    }
}

# Old ones, and the oldest beyond the limit; never one that is still at work.
function Remove-OldCalls {
    $folder = Get-CallsFolder
    $null = [IO.Directory]::CreateDirectory($folder)
    $calls = @(foreach ($path in [IO.Directory]::GetDirectories($folder)) {
        $file = Join-Path $path 'answer.json'
        $answered = [IO.File]::Exists($file)
        if (-not $answered) { $file = Join-Path $path 'request.json' }
        [pscustomobject] @{ path = $path; answered = $answered; time = [IO.File]::GetLastWriteTimeUtc($file) }
    })
    $surplus = $calls.Length - $script:CallLimit + 1
    $oldest = [datetime]::UtcNow.AddDays(-$script:CallDays)
    foreach ($call in @($calls | Sort-Object -Property time)) {
        if ($surplus -le 0 -and $call.time -ge $oldest) { break }
        if (-not $call.answered -and (Test-CallAtWork $call.path)) { continue }
        Remove-Quietly $call.path
        $surplus--
    }
}

function Get-CallList {
    $folder = Get-CallsFolder
    $rows = @(if ([IO.Directory]::Exists($folder)) {
        foreach ($path in [IO.Directory]::GetDirectories($folder)) {
            $id = [IO.Path]::GetFileName($path)
            if ($id -like '*.new' -or -not (Test-CallUnderWay $path)) { continue }
            $began = [IO.File]::GetLastWriteTimeUtc((Join-Path $path 'request.json'))
            [ordered] @{ id = $id; began = Format-Milliseconds $began }
        }
    })
    [ordered] @{ calls = @(Get-Sorted $rows { $_.id }) }
}

# The exit record comes first: a runner that has not begun does not begin any more, and whoever waits
# for the call does not take it for lost. A runner that is just ending writes its own in its place.
function Stop-Call($Params, [bool] $Check) {
    $folder = Get-CallFolder $Params.id
    $before = Test-CallUnderWay $folder
    if ($before -and -not $Check) {
        Write-Reserved $folder 'exit.json' 'reserve-end' ([ordered] @{ stopped = $true })
        $process = Read-Json (Join-Path $folder 'process.json')
        if ($process) { Stop-Tree $process.id (Read-Time $process.started) }
    }
    New-Change $before ([ordered] @{ at_work = $before }) ([ordered] @{ at_work = $false })
}

# Begun in this boot, and neither ended nor gone.
function Test-CallUnderWay([string] $Folder) {
    foreach ($name in 'answer.json', 'exit.json') { if ([IO.File]::Exists((Join-Path $Folder $name))) { return $false } }
    $request = Read-Json (Join-Path $Folder 'request.json')
    $request -and $request.token -eq (Get-BootIdentity).token -and (Test-CallAtWork $Folder)
}

function Test-CallAtWork([string] $Folder) {
    $process = Read-Json (Join-Path $Folder 'process.json')
    if (-not $process) { return [IO.Directory]::GetLastWriteTimeUtc($Folder) -gt [datetime]::UtcNow.AddHours(-1) }
    $process.token -eq (Get-BootIdentity).token -and (Test-Running $process.id (Read-Time $process.started))
}
