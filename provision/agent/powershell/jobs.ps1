# A job's folder: request.json, runner.ps1, script.ps1 for a text, `launched` from just before its
# scheduled task is started, then from the runner lock, process.json, log.jsonl (and log.1.jsonl),
# and exit.json at the end. Two files keep room for the records of a runner on a full disk.
# The folder alone tells what became of it.

$script:LaunchSeconds = 120
$script:JobDays = 14

function Get-JobFolder([string] $Id) {
    if ($Id -notmatch '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$') {
        throw (New-AgentError 'BadRequest' "'$Id' is no id of a job")
    }
    Join-Path (Join-Path (Get-DataPath) 'jobs') $Id
}

# The state with its reasons. Whoever ends writes exit.json first, so that is read again after a
# process was found gone.
function Get-Job([string] $Id) {
    $folder = Get-JobFolder $Id
    $job = @{ id = $Id; folder = $folder; state = 'absent'; exit = $null; process = $null; request = $null; evidence = '' }
    $job.request = Read-Json (Join-Path $folder 'request.json')
    if (-not $job.request) { return $job }
    $job.exit = Read-Json (Join-Path $folder 'exit.json')
    $job.process = Read-Json (Join-Path $folder 'process.json')
    if (-not $job.exit) {
        $job.evidence = Get-LossEvidence $job
        if (-not $job.evidence) {
            $job.state = 'started'
            if ($job.process) { $job.state = 'running' }
            return $job
        }
        $job.exit = Read-Json (Join-Path $folder 'exit.json')
    }
    $job.state = 'lost'
    if ($job.exit) {
        $job.state = 'finished'
        $job.evidence = ''
    }
    $job
}

# Why a job without an exit record is lost; empty while it is not.
function Get-LossEvidence($Job) {
    if ($Job.request.token -ne (Get-BootIdentity).token) { return 'boot changed' }
    if ($Job.process) {
        if (Test-Running $Job.process.id (Read-Time $Job.process.started)) { return '' }
        return "process $($Job.process.id) is gone"
    }
    $launched = Read-Json (Join-Path $Job.folder 'launched')
    if ($launched -and (Get-Tick) - [double] $launched.tick -gt $script:LaunchSeconds) {
        return "the scheduled task did not start within $($script:LaunchSeconds) s"
    }
    ''
}

function New-JobState([string] $State) {
    [ordered] @{ state = $State }
}

function Stop-JobTree($Params, [bool] $Check) {
    $job = Get-Job $Params.id
    if ($job.state -notin 'started', 'running') {
        return New-Change $false (New-JobState $job.state) (New-JobState $job.state)
    }
    if (-not $Check) {
        Stop-ScheduledTask -TaskName $job.id -TaskPath $script:TaskFolder -ErrorAction SilentlyContinue
        # A process record may have come since; the lock keeps a late runner from starting.
        $process = Read-Json (Join-Path $job.folder 'process.json')
        if ($process) { Stop-Tree $process.id (Read-Time $process.started) }
        if (-not (Read-Json (Join-Path $job.folder 'exit.json'))) {
            Write-Reserved $job.folder 'exit.json' 'reserve-end' ([ordered] @{
                exit_code = $null; threw = $false; stopped = $true; log_lost = $false; time = Format-Milliseconds ([datetime]::UtcNow)
            })
        }
    }
    New-Change $true (New-JobState $job.state) (New-JobState 'finished')
}

function Remove-JobFolder($Params, [bool] $Check) {
    $job = Get-Job $Params.id
    if ($job.state -in 'started', 'running') {
        throw (New-AgentError 'NotSupported' "job $($job.id) is $($job.state): stop it first")
    }
    if ($job.state -ne 'absent' -and -not $Check) {
        Unregister-ScheduledTask -TaskName $job.id -TaskPath $script:TaskFolder -Confirm:$false -ErrorAction SilentlyContinue
        Remove-EndedFolder $job
    }
    New-Change ($job.state -ne 'absent') (New-JobState $job.state) (New-JobState 'absent')
}

# The runner writes its exit record just before its end, and stands in the folder until then. The
# folder loses its name first, so that half of one is never taken for a job.
function Remove-EndedFolder($Job) {
    $gone = "$($Job.folder).$([Guid]::NewGuid().ToString('N')).new"
    for ($try = 1; ; $try++) {
        try { [IO.Directory]::Move($Job.folder, $gone); break }
        catch {
            if ($try -ge 40 -or -not [IO.Directory]::Exists($Job.folder)) { throw }
            Start-Sleep -Milliseconds 100
        }
    }
    Remove-Quietly $gone
}

function Get-JobList {
    $jobs = @(foreach ($id in @(Get-JobIds)) {
        $job = Get-Job $id
        if ($job.state -eq 'absent') { continue }
        $started = (Read-Json (Join-Path $job.folder 'launched')).time
        if ($started) { $started = Format-Milliseconds (Read-Time $started) }
        [ordered] @{ id = $id; state = $job.state; run = [string] $job.request.run; started = [string] $started }
    })
    [ordered] @{ jobs = @(Get-Sorted $jobs { $_.id }) }
}

# Folders that are not yet jobs have another ending.
function Get-JobIds {
    $folder = Join-Path (Get-DataPath) 'jobs'
    if (-not [IO.Directory]::Exists($folder)) { return }
    [IO.Directory]::GetDirectories($folder) | ForEach-Object { [IO.Path]::GetFileName($_) } | Where-Object { $_ -notlike '*.new' -and $_ -match '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$' }
}

# Jobs that ended long ago, but none of the run that goes on: a clock may have jumped.
function Remove-OldJobs([string] $Run) {
    $oldest = [datetime]::UtcNow.AddDays(-$script:JobDays)
    $jobs = Join-Path (Get-DataPath) 'jobs'
    if (-not [IO.Directory]::Exists($jobs)) { return }
    foreach ($left in [IO.Directory]::GetDirectories($jobs, '*.new')) {
        if ([IO.Directory]::GetLastWriteTimeUtc($left) -lt [datetime]::UtcNow.AddDays(-1)) { Remove-Quietly $left }
    }
    foreach ($id in @(Get-JobIds)) {
        $folder = Get-JobFolder $id
        $last = @('exit.json', 'process.json', 'launched', 'request.json' | ForEach-Object { Join-Path $folder $_ } | Where-Object { [IO.File]::Exists($_) }) | Select-Object -First 1
        if (-not $last -or [IO.File]::GetLastWriteTimeUtc($last) -ge $oldest) { continue }
        $job = Get-Job $id
        if ($job.state -notin 'finished', 'lost' -or ($Run -and $job.request.run -eq $Run)) { continue }
        Unregister-ScheduledTask -TaskName $id -TaskPath $script:TaskFolder -Confirm:$false -ErrorAction SilentlyContinue
        Remove-Quietly $folder
    }
}
