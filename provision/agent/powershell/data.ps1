# The agent's own folder on the host, and files in it that outlive crashes.

$script:Utf8 = New-Object System.Text.UTF8Encoding $false
$script:DataFolder = ''

function Get-DataPath {
    Join-Path $env:ProgramData 'provision'
}

# Users may create folders in ProgramData, and what lies here runs as SYSTEM: so the folder belongs to
# administrators alone, and one that somebody else made is not used.
function Get-DataFolder {
    if ($script:DataFolder) { return $script:DataFolder }
    $folder = Get-DataPath
    if ([IO.Directory]::Exists($folder)) { Assert-OwnFolder $folder }
    else {
        $null = [IO.Directory]::CreateDirectory($folder)
        Protect-Folder $folder
    }
    $script:DataFolder = $folder
    $folder
}

function Assert-OwnFolder([string] $Folder) {
    $owner = (Get-Acl -LiteralPath $Folder).GetOwner([Security.Principal.SecurityIdentifier]).Value
    if ($owner -notin 'S-1-5-32-544', 'S-1-5-18') {
        throw (New-AgentError 'DataFolderNotOurs' "$Folder belongs to $owner, not to the administrators: look at it, and remove it")
    }
}

function Protect-Folder([string] $Folder) {
    $rights = @('/inheritance:r', '/grant:r', '*S-1-5-18:(OI)(CI)F', '*S-1-5-32-544:(OI)(CI)F')
    foreach ($arguments in @(@('/setowner', '*S-1-5-32-544'), $rights)) {
        $result = Invoke-Native (Find-Program 'icacls.exe') (@($Folder) + $arguments + '/q') $Folder @{} 60
        if ($result.exit_code -ne 0) {
            throw (New-AgentError 'NotElevated' "the folder $Folder cannot be protected: $($result.stderr.Trim())")
        }
    }
}

# In place at once or not at all: written through to the disk beside its place, then exchanged. On
# Windows a reader may hold the file for a moment, hence the few tries.
function Write-WholeFile([string] $Path, [byte[]] $Bytes) {
    $part = "$Path.$([Guid]::NewGuid().ToString('N')).new"
    try {
        $stream = New-Object System.IO.FileStream $part, 'CreateNew', 'Write', 'None', 65536, 'WriteThrough'
        try {
            $stream.Write($Bytes, 0, $Bytes.Length)
            $stream.Flush($true)
        }
        finally { $stream.Dispose() }
        Move-IntoPlace $part $Path
    }
    catch {
        [IO.File]::Delete($part)
        throw
    }
}

function Move-IntoPlace([string] $Part, [string] $Path) {
    for ($try = 1; ; $try++) {
        try {
            if ([IO.File]::Exists($Path)) {
                $attributes = [IO.File]::GetAttributes($Path)
                if ($attributes -band [IO.FileAttributes]::ReadOnly) {
                    [IO.File]::SetAttributes($Path, $attributes -bxor [IO.FileAttributes]::ReadOnly)
                }
                [IO.File]::Replace($Part, $Path, [NullString]::Value)
            }
            else { [IO.File]::Move($Part, $Path) }
            return
        }
        catch {
            if ($try -ge 5 -or (Get-Cause $_) -isnot [IO.IOException]) { throw }
            Start-Sleep -Milliseconds (40 * $try)
        }
    }
}

function Write-Json([string] $Path, $Data) {
    Write-WholeFile $Path ($script:Utf8.GetBytes((ConvertTo-Json -InputObject $Data -Compress -Depth 12)))
}

# $null when there is no such file.
function Read-Json([string] $Path) {
    try { $stream = Open-Shared $Path }
    catch {
        if ((Get-Cause $_) -is [IO.FileNotFoundException] -or (Get-Cause $_) -is [IO.DirectoryNotFoundException]) { return $null }
        throw
    }
    try { $text = (New-Object System.IO.StreamReader $stream, $script:Utf8).ReadToEnd() }
    finally { $stream.Dispose() }
    ConvertFrom-Json -InputObject $text
}

function Open-Shared([string] $Path) {
    [IO.File]::Open($Path, [IO.FileMode]::Open, [IO.FileAccess]::Read, [IO.FileShare]'ReadWrite, Delete')
}
