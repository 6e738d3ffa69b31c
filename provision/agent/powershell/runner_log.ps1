# A job's log: JSON lines, appended by the runner alone, one write for each. Heartbeats say when the
# last real record came, and do not count. Ticks are of a counter that no change of the clock moves.
#
# A log that has grown is set aside as log.1.jsonl, in the place of the one before; the first line of
# each file says at which byte of the whole it begins. On a full disk records are lost, and counted:
# the script must not wait for room, and is told of nothing.

$script:LogSize = 8MB

function Open-Log([string] $Folder) {
    $script:LogPath = Join-Path $Folder 'log.jsonl'
    $script:OldLogPath = Join-Path $Folder 'log.1.jsonl'
    $script:Number = 0
    $script:LastTick = Get-Tick
    $script:Beat = [Diagnostics.Stopwatch]::StartNew()
    $script:LogLost = $false
    $script:Missed = 0
    $script:Full = $false
    $script:Base = [long] 0
    $script:Turn = $script:LogSize
    $script:Log = $null
    $script:Retry = [Diagnostics.Stopwatch]::StartNew()
    Start-LogFile
}

# Unbuffered: what a failed write left in a buffer would be in the way of all later ones.
function Start-LogFile {
    try {
        $script:Log = New-Object System.IO.FileStream $script:LogPath, 'Create', 'Write', 'ReadWrite, Delete', 1
        $script:Whole = [long] 0
        $null = Add-LogBytes ([ordered] @{ number = 0; time = Format-Milliseconds ([datetime]::UtcNow); kind = 'begin'; base = $script:Base; tick = Get-Tick; last = $script:LastTick })
    }
    catch {
        if (-not (Test-DiskFull (Get-Cause $_))) { throw }
        $script:LogLost = $true
        if ($script:Log) { $script:Log.Dispose() }
        $script:Log = $null
    }
}

# $false when there is no room; then no part of the line stays behind.
function Add-LogBytes($Data) {
    $bytes = $script:Utf8.GetBytes((ConvertTo-Json -InputObject $Data -Compress -Depth 6) + "`n")
    try {
        $script:Log.Write($bytes, 0, $bytes.Length)
        $script:Log.Flush()
        $script:Whole += $bytes.Length
        $true
    }
    catch {
        if (-not (Test-DiskFull (Get-Cause $_))) { throw }
        $script:LogLost = $true
        $script:Log.SetLength($script:Whole)
        $null = $script:Log.Seek(0, 'End')
        if ($script:Whole -eq 0) { throw }
        $false
    }
}

# A line that counts is missed if there is no room for it.
function Write-LogLine($Data, [bool] $Counts = $true) {
    if (-not (Test-LogRoom) -or -not (Add-LogBytes $Data)) {
        if ($Counts) {
            $script:Missed++
            $script:LastMissed = $Data.number
        }
        $script:Full = $true
        $script:Retry.Restart()
    }
}

# Whether the next line may be tried: four times a second while the disk is full.
function Test-LogRoom {
    if ($script:Full -and $script:Retry.ElapsedMilliseconds -lt 250) { return $false }
    if (-not $script:Log) { Start-LogFile }
    elseif ($script:Whole -gt $script:Turn) { Switch-Log }
    if (-not $script:Log) { return $false }
    if ($script:Missed -gt 0) {
        $text = "the disk was full: $($script:Missed) records of this job are lost"
        $record = [ordered] @{ number = $script:LastMissed; time = Format-Milliseconds ([datetime]::UtcNow); kind = 'warning'; text = $text; error = $null; tick = Get-Tick }
        if (-not (Add-LogBytes $record)) { return $false }
        $script:Missed = 0
    }
    $script:Full = $false
    $true
}

# Somebody who reads may keep the file from being renamed; then it grows on for a while.
function Switch-Log {
    $script:Log.Dispose()
    try {
        [IO.File]::Delete($script:OldLogPath)
        [IO.File]::Move($script:LogPath, $script:OldLogPath)
    }
    catch {
        if ((Get-Cause $_) -isnot [IO.IOException] -and (Get-Cause $_) -isnot [UnauthorizedAccessException]) { throw }
        $script:Turn = $script:Whole + 1MB
        $script:Log = New-Object System.IO.FileStream $script:LogPath, 'OpenOrCreate', 'Write', 'ReadWrite, Delete', 1
        $null = $script:Log.Seek(0, 'End')
        return
    }
    $script:Base += $script:Whole
    $script:Turn = $script:LogSize
    $script:Log = $null
    Start-LogFile
}

function Write-Record([string] $Kind, [string] $Text, $ErrorData, [datetime] $Time = [datetime]::UtcNow) {
    if ($Text.Length -gt $script:TextLimit) { $Text = '... ' + $Text.Substring($Text.Length - $script:TextLimit) }
    $script:Number++
    $script:LastTick = Get-Tick
    Write-LogLine ([ordered] @{ number = $script:Number; time = Format-Milliseconds $Time; kind = $Kind; text = $Text; error = $ErrorData; tick = $script:LastTick })
}

function Write-Heartbeat {
    if ($script:Beat.ElapsedMilliseconds -lt 1000) { return }
    $script:Beat.Restart()
    $data = [ordered] @{ number = $script:Number; time = Format-Milliseconds ([datetime]::UtcNow); kind = 'heartbeat'; text = ''; tick = Get-Tick; last = $script:LastTick }
    Write-LogLine $data $false
}

# The last chance to say what was missed.
function Close-Log {
    $script:Full = $false
    $null = Test-LogRoom
    if (-not $script:Log) { return }
    try { $script:Log.Flush($true) } catch { $script:LogLost = $true }
    $script:Log.Dispose()
}

# A terminating error, as the record that ended the script.
function Write-Failure($ErrorRecord) {
    $cause = Get-Cause $ErrorRecord
    if ($cause -is [System.Management.Automation.IContainsErrorRecord] -and $cause.ErrorRecord) { $ErrorRecord = $cause.ErrorRecord }
    $data = ConvertTo-ErrorData $ErrorRecord
    if ($script:Seen) { $null = $script:Seen.Add((Get-ErrorKey $data)) }
    Write-Record 'error' $data.message $data
}

# What two records of the same error share, without keeping megabytes of text.
function Get-ErrorKey($Data) {
    $json = ConvertTo-Json -InputObject $Data -Compress
    "$($json.Length) " + $json.Substring(0, [Math]::Min(2000, $json.Length))
}
