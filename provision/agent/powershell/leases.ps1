# The host's lease: one record, changed only by whoever holds the lock file. Time is measured by
# counters that no clock moves: within a boot by the high-resolution counter; a lease of an earlier
# boot has lasted at least as long as this boot.

function Get-LeasePath {
    Join-Path (Get-DataPath) 'lease.json'
}

# A record that a crash tore while the disk was full counts as none.
function Read-Lease {
    try { $record = Read-Json (Get-LeasePath) } catch { $record = $null }
    if ($record) { return $record }
    [pscustomobject] @{ owner = ''; description = ''; since = ''; seconds = 0; token = ''; tick = 0; run = ''; mark = 0 }
}

function Get-LeaseLeft($Record) {
    if (-not $Record.owner) { return [double] 0 }
    $passed = Get-SecondsUp
    if ($Record.token -eq (Get-BootIdentity).token) { $passed = [Math]::Max(0, (Get-Tick) - [double] $Record.tick) }
    [Math]::Max([double] 0, [Math]::Round([double] $Record.seconds - $passed, 1))
}

# The clock of a lease's date may be read as a date by PowerShell 7.
function Get-LeaseSince($Record) {
    if (-not $Record.since) { return '' }
    Format-Seconds (Read-Time $Record.since)
}

function Set-Lease($Params, [bool] $Check) {
    if ($Check) { return Get-LeaseAnswer $Params (Read-Lease) }
    if (-not (Test-Elevated ([Security.Principal.WindowsIdentity]::GetCurrent()))) {
        throw (New-AgentError 'NotElevated' "a lease needs an administrator's rights")
    }
    Use-LeaseLock {
        $record = Read-Lease
        $ours = $record.owner -eq $Params.owner
        if (-not $ours -and -not $Params.take_over -and (Get-LeaseLeft $record) -gt 0) {
            return Get-LeaseAnswer $Params $record
        }
        $since = Format-Seconds ([datetime]::UtcNow)
        if ($ours) { $since = Get-LeaseSince $record }
        $new = [pscustomobject] @{
            owner = $Params.owner; description = $Params.description; since = $since; seconds = $Params.seconds
            token = (Get-BootIdentity).token; tick = Get-Tick; run = $Params.run; mark = $Params.mark
        }
        Write-Lease $new
        $answer = Get-LeaseAnswer $Params $new
        $answer.run = [string] $record.run
        $answer.mark = [int] $record.mark
        $answer
    }
}

function Get-LeaseAnswer($Params, $Record) {
    $left = Get-LeaseLeft $Record
    $answer = [ordered] @{
        held = $left -gt 0 -and $Record.owner -eq $Params.owner
        owner = ''; description = ''; since = ''; seconds_left = $left; run = [string] $Record.run; mark = [int] $Record.mark
    }
    if ($left -gt 0) {
        $answer.owner = [string] $Record.owner
        $answer.description = [string] $Record.description
        $answer.since = Get-LeaseSince $Record
    }
    $answer
}

function Clear-Lease($Params, [bool] $Check) {
    if ($Check -or -not [IO.File]::Exists((Get-LeasePath))) { return New-LeaseChange $Params (Read-Lease) }
    Use-LeaseLock {
        $record = Read-Lease
        if ($record.owner -eq $Params.owner) {
            Write-Lease ([pscustomobject] @{
                owner = ''; description = ''; since = ''; seconds = 0; token = ''; tick = 0; run = $record.run; mark = $record.mark
            })
        }
        New-LeaseChange $Params $record
    }
}

function New-LeaseChange($Params, $Record) {
    $held = $Record.owner -eq $Params.owner -and (Get-LeaseLeft $Record) -gt 0
    New-Change $held ([ordered] @{ held = $held }) ([ordered] @{ held = $false })
}

function Get-LeaseRecord {
    $record = Read-Lease
    [ordered] @{
        owner = [string] $record.owner; description = [string] $record.description; since = Get-LeaseSince $record
        seconds_left = Get-LeaseLeft $record; run = [string] $record.run; mark = [int] $record.mark
    }
}

function Use-LeaseLock([scriptblock] $Action) {
    $path = Join-Path (Get-DataFolder) 'lease.lock'
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while (-not $lock) {
        try { $lock = [IO.File]::Open($path, 'OpenOrCreate', 'ReadWrite', 'None') }
        catch {
            if ((Get-Cause $_) -isnot [IO.IOException] -or $watch.Elapsed.TotalSeconds -gt 20) { throw }
            Start-Sleep -Milliseconds 50
        }
    }
    try { & $Action }
    finally { $lock.Dispose() }
}

# A full disk has no room for a second file; then the record is overwritten where it stands.
function Write-Lease($Record) {
    $bytes = $script:Utf8.GetBytes((ConvertTo-Json -InputObject $Record -Compress).PadRight(2048))
    try { Write-WholeFile (Get-LeasePath) $bytes }
    catch {
        $cause = Get-Cause $_
        if (-not (Test-DiskFull $cause)) { throw }
        try {
            $stream = New-Object System.IO.FileStream (Get-LeasePath), 'Open', 'Write', 'ReadWrite, Delete', 4096, 'WriteThrough'
            try {
                if ($stream.Length -lt $bytes.Length) { throw $cause }
                $stream.Write($bytes, 0, $bytes.Length)
                $stream.SetLength($bytes.Length)
            }
            finally { $stream.Dispose() }
        }
        catch { throw (New-AgentError 'DiskFull' "the disk is full: $($cause.Message)" $cause) }
    }
}
