# A job's log: JSON lines, appended by the runner alone, one write for each. Heartbeats carry the
# time of the last real record and do not count.

function Open-Log([string] $Path) {
    $script:Log = New-Object System.IO.FileStream $Path, 'Append', 'Write', 'ReadWrite, Delete'
    $script:Number = 0
    $script:LastRecord = Format-Milliseconds ([datetime]::UtcNow)
    $script:Beat = [Diagnostics.Stopwatch]::StartNew()
}

function Write-LogLine($Data) {
    $bytes = $script:Utf8.GetBytes((ConvertTo-Json -InputObject $Data -Compress -Depth 6) + "`n")
    $script:Log.Write($bytes, 0, $bytes.Length)
    $script:Log.Flush()
}

function Write-Record([string] $Kind, [string] $Text, $ErrorData, [datetime] $Time = [datetime]::UtcNow) {
    if ($Text.Length -gt 65536) { $Text = '... ' + $Text.Substring($Text.Length - 65536) }
    $script:Number++
    $script:LastRecord = Format-Milliseconds $Time
    Write-LogLine ([ordered] @{ number = $script:Number; time = $script:LastRecord; kind = $Kind; text = $Text; error = $ErrorData })
}

function Write-Heartbeat {
    if ($script:Beat.ElapsedMilliseconds -lt 1000) { return }
    $script:Beat.Restart()
    Write-LogLine ([ordered] @{ number = $script:Number; time = Format-Milliseconds ([datetime]::UtcNow); kind = 'heartbeat'; text = ''; last = $script:LastRecord })
}

# A terminating error, as the record that ended the script.
function Write-Failure($ErrorRecord) {
    $cause = Get-Cause $ErrorRecord
    if ($cause -is [System.Management.Automation.IContainsErrorRecord] -and $cause.ErrorRecord) { $ErrorRecord = $cause.ErrorRecord }
    $data = ConvertTo-ErrorData $ErrorRecord
    if ($script:Seen) { $null = $script:Seen.Add((ConvertTo-Json -InputObject $data -Compress)) }
    Write-Record 'error' $data.message $data
}
