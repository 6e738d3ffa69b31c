# What is new of a job, by byte offset into its log.

function Get-JobNews($Params) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $folder = Get-JobFolder $Params.id
    $offset = [long] $Params.offset
    $skipped = [long] 0
    $checked = -1
    while ($true) {
        $piece = Read-LogPiece $folder $offset $Params.limit
        $skipped += $piece.skipped
        $left = $Params.wait - $watch.Elapsed.TotalSeconds
        # The process is looked at every two seconds; the files of the log and of the end, always.
        $ended = [IO.File]::Exists((Join-Path $folder 'exit.json'))
        if ($piece.records -or $ended -or $left -le 0 -or $checked -lt 0 -or $watch.Elapsed.TotalSeconds - $checked -ge 2) {
            $job = Get-Job $Params.id
            $checked = $watch.Elapsed.TotalSeconds
            if ($piece.records -or $left -le 0 -or $job.state -notin 'started', 'running') { break }
        }
        $offset = $piece.next
        if ($piece.more) { continue }
        Start-Sleep -Milliseconds ([Math]::Max(1, [Math]::Min(150, $left * 1000)))
    }
    # Records that came before the end did, but after the piece was read.
    if ($job.state -notin 'started', 'running') {
        $piece = Read-LogPiece $folder $offset $Params.limit
        $skipped = [Math]::Max($skipped, $piece.skipped)
    }
    $process = $null
    if ($job.state -eq 'running') { $process = Get-TreeUse $job.process.id (Read-Time $job.process.started) }
    [ordered] @{
        state        = $job.state
        records      = @($piece.records)
        next_offset  = $piece.next
        more         = $piece.more
        exit         = New-JobExit $job.exit
        process      = $process
        idle_seconds = Get-IdleSeconds $job
        time         = Format-Milliseconds ([datetime]::UtcNow)
        evidence     = $job.evidence
        run          = [string] $job.request.run
        boot         = [string] $job.process.token
        skipped      = $skipped
    }
}

function New-JobExit($Exit) {
    if (-not $Exit) { return $null }
    [ordered] @{
        exit_code = $Exit.exit_code
        threw     = [bool] $Exit.threw
        stopped   = [bool] $Exit.stopped
        log_lost  = [bool] $Exit.log_lost
        time      = Format-Milliseconds (Read-Time $Exit.time)
    }
}

# Since the last real record, which the log's last line counts; since the start when there is none.
function Get-IdleSeconds($Job) {
    if ($Job.state -notin 'started', 'running') { return 0 }
    $since = $null
    foreach ($line in @(Read-LastLines (Join-Path $Job.folder 'log.jsonl') 300000) | Select-Object -Last 1) {
        $last = ConvertFrom-Json -InputObject $line
        $since = $last.tick
        if ($null -ne $last.last) { $since = $last.last }
    }
    if ($null -eq $since) { $since = (Read-Json (Join-Path $Job.folder 'launched')).tick }
    if ($null -eq $since) { return 0 }
    [Math]::Max(0, [Math]::Round((Get-Tick) - [double] $since, 2))
}
