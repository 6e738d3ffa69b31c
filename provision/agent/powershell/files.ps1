# Files and folders. .NET's own calls with open sharing: a reader must never keep a writer out.

function Get-Kind([string] $Path) {
    if ([IO.Directory]::Exists($Path)) { return 'folder' }
    if ([IO.File]::Exists($Path)) { return 'file' }
    'absent'
}

# Of the whole file, or of so many bytes of its beginning.
function Get-Hash([string] $Path, $First) {
    $stream = Open-Shared $Path
    $sha = [Security.Cryptography.SHA256]::Create()
    try {
        if ($null -eq $First) { return ConvertTo-Hex $sha.ComputeHash($stream) }
        $left = [long] $First
        $buffer = New-Object byte[] 1MB
        while ($left -gt 0 -and ($count = $stream.Read($buffer, 0, [Math]::Min($left, $buffer.Length))) -gt 0) {
            $null = $sha.TransformBlock($buffer, 0, $count, $buffer, 0)
            $left -= $count
        }
        $null = $sha.TransformFinalBlock($buffer, 0, 0)
        ConvertTo-Hex $sha.Hash
    }
    finally {
        $sha.Dispose()
        $stream.Dispose()
    }
}

function Get-BytesHash([byte[]] $Bytes) {
    $sha = [Security.Cryptography.SHA256]::Create()
    try { ConvertTo-Hex $sha.ComputeHash($Bytes) }
    finally { $sha.Dispose() }
}

function ConvertTo-Hex([byte[]] $Bytes) {
    [BitConverter]::ToString($Bytes).Replace('-', '').ToLowerInvariant()
}

function Get-Bytes([string] $Base64) {
    try { return , [Convert]::FromBase64String($Base64) }
    catch { throw (New-AgentError 'BadRequest' 'the content is not base64') }
}

# `before` and `after` of everything that changes a file.
function Get-PathState([string] $Path) {
    $kind = Get-Kind $Path
    if ($kind -eq 'file') { return New-FileState (Get-Hash $Path) }
    [ordered] @{ kind = $kind }
}

function New-FileState([string] $Hash) {
    [ordered] @{ kind = 'file'; sha256 = $Hash }
}

function New-Change([bool] $Changed, $Before, $After) {
    [ordered] @{ changed = $Changed; before = $Before; after = $After }
}

function New-ParentFolder([string] $Path) {
    $parent = [IO.Path]::GetDirectoryName([IO.Path]::GetFullPath($Path))
    if ($parent) { $null = [IO.Directory]::CreateDirectory($parent) }
}

function Assert-NoFolder([string] $Path) {
    if ([IO.Directory]::Exists($Path)) {
        throw (New-AgentError 'NotSupported' "$Path is a folder")
    }
}

# ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL; ENOSPC where .NET hands on errno.
function Test-DiskFull([Exception] $Cause) {
    $Cause -is [IO.IOException] -and ('0x{0:X8}' -f $Cause.HResult) -in '0x80070070', '0x80070027', '0x0000001C'
}

# Run something that writes; a full disk gets its own id.
function Invoke-Write([scriptblock] $Action) {
    try { & $Action }
    catch {
        $cause = Get-Cause $_
        if (Test-DiskFull $cause) { throw (New-AgentError 'DiskFull' "the disk is full: $($cause.Message)" $cause) }
        throw
    }
}
