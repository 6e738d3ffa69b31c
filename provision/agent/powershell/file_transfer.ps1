# A file that the controller sends in pieces grows as `<path>.part` and gets its place when its hash
# is right.

function Write-FilePiece($Params, [bool] $Check) {
    $part = "$($Params.path).part"
    $length = [long] 0
    if ([IO.File]::Exists($part)) { $length = (New-Object System.IO.FileInfo $part).Length }
    if ($Check) { return [ordered] @{ bytes = $length } }
    if ($Params.offset -gt $length) {
        throw (New-AgentError 'BadRequest' "the part file has $length bytes, so none can be written at $($Params.offset)")
    }
    $bytes = Get-Bytes $Params.content
    if ($Params.compressed) { $bytes = Expand-Bytes $bytes }
    Invoke-Write {
        New-ParentFolder $part
        $stream = [IO.File]::Open($part, [IO.FileMode]::OpenOrCreate, [IO.FileAccess]::Write, [IO.FileShare]::Read)
        try {
            $stream.SetLength($Params.offset)
            $stream.Position = $Params.offset
            $stream.Write($bytes, 0, $bytes.Length)
        }
        finally { $stream.Dispose() }
    }
    [ordered] @{ bytes = [long] $Params.offset + $bytes.Length }
}

function Complete-File($Params, [bool] $Check) {
    $path = [string] $Params.path
    Assert-NoFolder $path
    $wanted = ([string] $Params.sha256).ToLowerInvariant()
    $before = Get-PathState $path
    $after = New-FileState $wanted
    $changed = $before.sha256 -ne $wanted
    if ($Check) { return New-Change $changed $before $after }
    $part = "$path.part"
    if (-not [IO.File]::Exists($part)) {
        if (-not $changed) { return New-Change $false $before $before }
        throw (New-AgentError 'NotFound' "there is no part file of $path")
    }
    Save-ToDisk $part
    Move-Checked $part $path $wanted $path
    New-Change $changed $before $after
}

# What takes another file's place must be on the disk first: the power may fail in between.
function Save-ToDisk([string] $Path) {
    Invoke-Write {
        $stream = [IO.File]::Open($Path, [IO.FileMode]::Open, [IO.FileAccess]::Write, [IO.FileShare]::Read)
        try { $stream.Flush($true) }
        finally { $stream.Dispose() }
    }
}

# Give a finished part file its place if its hash is right; otherwise it goes.
function Move-Checked([string] $Part, [string] $Path, [string] $Wanted, [string] $What) {
    $found = Get-Hash $Part
    if ($found -ne $Wanted) {
        [IO.File]::Delete($Part)
        throw (New-AgentError 'HashMismatch' "$What has the SHA-256 $found, not $Wanted")
    }
    Move-IntoPlace $Part $Path
}

function Compress-Bytes([byte[]] $Bytes, [int] $Count) {
    $memory = New-Object System.IO.MemoryStream
    $zip = New-Object System.IO.Compression.GZipStream $memory, ([IO.Compression.CompressionLevel]::Fastest), $true
    try { $zip.Write($Bytes, 0, $Count) }
    finally { $zip.Dispose() }
    , $memory.ToArray()
}

function Expand-Bytes([byte[]] $Bytes) {
    $memory = New-Object System.IO.MemoryStream
    $zip = New-Object System.IO.Compression.GZipStream (New-Object System.IO.MemoryStream (, $Bytes)), ([IO.Compression.CompressionMode]::Decompress)
    try { $zip.CopyTo($memory) }
    catch { throw (New-AgentError 'BadRequest' 'the content is no gzip') }
    finally { $zip.Dispose() }
    , $memory.ToArray()
}
