# What is new of a job, by byte offset into its log.

function Get-JobNews($Params) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $offset = [long] $Params.offset
    $log = Join-Path (Get-JobFolder $Params.id) 'log'
    $checked = -1
    while ($true) {
        $piece = Read-LogPiece $log $offset $Params.limit
        $left = $Params.wait - $watch.Elapsed.TotalSeconds
        # The process is looked at every two seconds; the files of the log and of the end, always.
        $ended = [IO.File]::Exists((Join-Path (Get-JobFolder $Params.id) 'exit.json'))
        if ($piece.records -or $ended -or $left -le 0 -or $checked -lt 0 -or $watch.Elapsed.TotalSeconds - $checked -ge 2) {
            $job = Get-Job $Params.id
            $checked = $watch.Elapsed.TotalSeconds
            if ($piece.records -or $left -le 0 -or $job.state -notin 'started', 'running') { break }
        }
        $offset = $piece.next
        Start-Sleep -Milliseconds ([Math]::Max(1, [Math]::Min(150, $left * 1000)))
    }
    # Records that came before the end did, but after the piece was read.
    if ($job.state -notin 'started', 'running') { $piece = Read-LogPiece $log $offset $Params.limit }
    $process = $null
    if ($job.state -eq 'running') { $process = Get-TreeUse $job.process.id (Read-Time $job.process.started) }
    [ordered] @{
        state        = $job.state
        records      = @($piece.records)
        next_offset  = $piece.next
        more         = $piece.more
        exit         = New-JobExit $job.exit
        process      = $process
        idle_seconds = Get-IdleSeconds $job $log
        time         = Format-Milliseconds ([datetime]::UtcNow)
        evidence     = $job.evidence
    }
}

function New-JobExit($Exit) {
    if (-not $Exit) { return $null }
    [ordered] @{
        exit_code = $Exit.exit_code
        threw     = [bool] $Exit.threw
        stopped   = [bool] $Exit.stopped
        time      = Format-Milliseconds (Read-Time $Exit.time)
    }
}

# Whole lines from the offset on, at most about the limit, but one line at least. An offset beyond the
# end means another log than before: from its beginning then.
function Read-LogPiece([string] $Path, [long] $Offset, [long] $Limit) {
    $piece = @{ records = @(); next = $Offset; more = $false }
    if (-not [IO.File]::Exists($Path)) { return $piece }
    $stream = Open-Shared $Path
    try {
        $length = $stream.Length
        if ($Offset -gt $length) { $Offset = 0 }
        $size = [Math]::Min($Limit, $length - $Offset)
        $end = -1
        while ($true) {
            $bytes = New-Object byte[] $size
            $null = $stream.Seek($Offset, 'Begin')
            $count = 0
            while ($count -lt $size -and ($read = $stream.Read($bytes, $count, $size - $count)) -gt 0) { $count += $read }
            $end = [Array]::LastIndexOf($bytes, [byte] 10)
            if ($end -ge 0 -or $Offset + $size -ge $length) { break }
            $size = [Math]::Min($size * 2, $length - $Offset)
        }
    }
    finally { $stream.Dispose() }
    $piece.next = $Offset + $end + 1
    $piece.more = $Offset + $size -lt $length
    if ($end -ge 0) { $piece.records = @(Read-LogLines $script:Utf8.GetString($bytes, 0, $end)) }
    $piece
}

function Read-LogLines([string] $Text) {
    foreach ($line in $Text.Split("`n")) {
        $data = ConvertFrom-Json -InputObject $line
        if ($data.kind -ne 'heartbeat') { ConvertTo-RecordData $data }
    }
}

function ConvertTo-RecordData($Data) {
    [ordered] @{ number = $Data.number; time = Format-Milliseconds (Read-Time $Data.time); kind = $Data.kind; text = [string] $Data.text; error = $Data.error }
}

# Since the last real record, which the log's last line dates; since the start when there is none.
function Get-IdleSeconds($Job, [string] $Log) {
    if ($Job.state -notin 'started', 'running') { return 0 }
    $since = $null
    if ([IO.File]::Exists($Log)) {
        $stream = Open-Shared $Log
        try {
            $size = [int] [Math]::Min($stream.Length, 300000)
            $null = $stream.Seek(-$size, 'End')
            $bytes = New-Object byte[] $size
            $size = $stream.Read($bytes, 0, $size)
        }
        finally { $stream.Dispose() }
        $lines = $script:Utf8.GetString($bytes, 0, $size).Split("`n")
        # The last piece is empty or half a line.
        if ($lines.Length -ge 2) {
            $last = ConvertFrom-Json -InputObject $lines[$lines.Length - 2]
            $since = $last.time
            if ($last.last) { $since = $last.last }
        }
    }
    if (-not $since) { $since = (Read-Json (Join-Path $Job.folder 'launched')).time }
    if (-not $since) { return 0 }
    [Math]::Max(0, [Math]::Round(([datetime]::UtcNow - (Read-Time $since)).TotalSeconds, 2))
}
