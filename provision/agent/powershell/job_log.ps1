# Reading a job's log by bytes of the whole, of which the two newest files are left. The first line of
# each says where it begins. The runner may set a file aside while it is read: then once more.

function Read-LogPiece([string] $Folder, [long] $Offset, [long] $Limit) {
    for ($try = 1; ; $try++) {
        $files = @(Open-LogFiles $Folder)
        try {
            $whole = $files.Length -lt 2 -or $files[0].base + $files[0].stream.Length -eq $files[1].base
            if ($whole -or $try -ge 20) { return Read-OpenLog $files $Offset $Limit }
        }
        finally { foreach ($file in $files) { $file.stream.Dispose() } }
        Start-Sleep -Milliseconds 10
    }
}

# Those that are there and have a first line, the older one first.
function Open-LogFiles([string] $Folder) {
    foreach ($name in 'log.1.jsonl', 'log.jsonl') {
        try { $stream = Open-Shared (Join-Path $Folder $name) }
        catch {
            if ((Get-Cause $_) -is [IO.FileNotFoundException] -or (Get-Cause $_) -is [IO.DirectoryNotFoundException]) { continue }
            throw
        }
        $head = New-Object byte[] 512
        $end = [Array]::IndexOf($head, [byte] 10, 0, $stream.Read($head, 0, $head.Length))
        if ($end -lt 0) { $stream.Dispose() }
        else { @{ stream = $stream; base = [long] (ConvertFrom-Json -InputObject $script:Utf8.GetString($head, 0, $end)).base } }
    }
}

# Whole lines from the offset on, at most about the limit, but one line at least. An offset beyond the
# end means another log than before: from its beginning then.
function Read-OpenLog([object[]] $Files, [long] $Offset, [long] $Limit) {
    $piece = @{ records = @(); next = $Offset; more = $false; skipped = [long] 0 }
    if (-not $Files) { return $piece }
    $last = $Files[$Files.Length - 1]
    $end = $last.base + $last.stream.Length
    if ($Offset -gt $end) { $Offset = 0 }
    if ($Offset -lt $Files[0].base) {
        $piece.skipped = $Files[0].base - $Offset
        $Offset = $Files[0].base
    }
    $file = $Files[0]
    if ($Files.Length -gt 1 -and $Offset -ge $last.base) { $file = $last }
    $taken = Read-WholeLines $file.stream ($Offset - $file.base) $Limit
    $piece.next = $Offset + $taken.count
    $piece.more = $taken.more -or $file -ne $last
    $piece.records = @(Read-LogLines $taken.lines)
    $piece
}

function Read-WholeLines([IO.Stream] $Stream, [long] $Offset, [long] $Limit) {
    $length = $Stream.Length
    $size = [Math]::Min($Limit, $length - $Offset)
    while ($true) {
        $bytes = New-Object byte[] $size
        $null = $Stream.Seek($Offset, 'Begin')
        $count = 0
        while ($count -lt $size -and ($read = $Stream.Read($bytes, $count, $size - $count)) -gt 0) { $count += $read }
        $end = [Array]::LastIndexOf($bytes, [byte] 10)
        if ($end -ge 0 -or $Offset + $size -ge $length) { break }
        $size = [Math]::Min($size * 2, $length - $Offset)
    }
    $lines = @()
    if ($end -ge 0) { $lines = $script:Utf8.GetString($bytes, 0, $end).Split("`n") }
    @{ lines = $lines; count = $end + 1; more = $Offset + $size -lt $length }
}

# The whole lines in the last bytes of a file.
function Read-LastLines([string] $Path, [long] $Size) {
    if ($Size -le 0 -or -not [IO.File]::Exists($Path)) { return }
    $stream = Open-Shared $Path
    try {
        $start = [Math]::Max(0, $stream.Length - $Size)
        $lines = @((Read-WholeLines $stream $start $Size).lines)
    }
    finally { $stream.Dispose() }
    if ($start -gt 0) { $lines | Select-Object -Skip 1 } else { $lines }
}

function Read-LogLines([string[]] $Lines) {
    foreach ($line in $Lines) {
        $data = ConvertFrom-Json -InputObject $line
        if ($data.kind -notin 'heartbeat', 'begin') { ConvertTo-RecordData $data }
    }
}

function ConvertTo-RecordData($Data) {
    [ordered] @{ number = $Data.number; time = Format-Milliseconds (Read-Time $Data.time); kind = $Data.kind; text = [string] $Data.text; error = $Data.error }
}
