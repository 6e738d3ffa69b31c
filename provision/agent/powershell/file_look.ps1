# Looking at files and folders, and reading pieces of files.

$script:MostEntries = 20000

function Get-FileState($Params) {
    $kind = Get-Kind $Params.path
    $answer = [ordered] @{ kind = $kind; bytes = 0; sha256 = $null }
    if ($kind -eq 'file') {
        $answer.bytes = (New-Object System.IO.FileInfo $Params.path).Length
        if ($Params.hash) {
            # Of the bytes that were counted: the file may be growing.
            $first = $answer.bytes
            if ($null -ne $Params.first) { $first = $Params.first }
            $answer.sha256 = Get-Hash $Params.path $first
        }
    }
    $answer
}

function Get-FileList($Params) {
    $kind = Get-Kind $Params.path
    if ($kind -eq 'absent') { throw (New-AgentError 'NotFound' "there is no folder $($Params.path)") }
    if ($kind -eq 'file') { throw (New-AgentError 'NotSupported' "$($Params.path) is a file, not a folder") }
    $entries = New-Object System.Collections.ArrayList
    Add-Entries $entries (New-Object System.IO.DirectoryInfo $Params.path) '' $Params
    [ordered] @{ entries = @(Get-Sorted $entries.ToArray() { $_.path }) }
}

# A link to a folder is not followed: it may lead out, or in a circle.
function Add-Entries($Entries, $Folder, [string] $Above, $Params) {
    foreach ($item in $Folder.GetFileSystemInfos()) {
        if ($Entries.Count -ge $script:MostEntries) {
            throw (New-AgentError 'NotSupported' "there are more than $($script:MostEntries) entries in $($Params.path)")
        }
        $entry = [ordered] @{ path = $Above + $item.Name; kind = 'folder'; bytes = 0; sha256 = $null }
        $null = $Entries.Add($entry)
        if ($item -is [IO.FileInfo]) {
            $entry.kind = 'file'
            $entry.bytes = $item.Length
            if ($Params.hash) { $entry.sha256 = Get-Hash $item.FullName }
        }
        elseif ($Params.recurse -and -not ($item.Attributes -band [IO.FileAttributes]::ReparsePoint)) {
            Add-Entries $Entries $item "$($entry.path)\" $Params
        }
    }
}

function Read-FilePiece($Params) {
    if ((Get-Kind $Params.path) -ne 'file') {
        throw (New-AgentError 'NotFound' "there is no file $($Params.path)")
    }
    $stream = Open-Shared $Params.path
    try {
        $null = $stream.Seek([Math]::Min([long] $Params.offset, $stream.Length), 'Begin')
        $piece = New-Object byte[] ([Math]::Min([long] $Params.limit, $stream.Length - $stream.Position))
        $count = 0
        while ($count -lt $piece.Length -and ($read = $stream.Read($piece, $count, $piece.Length - $count)) -gt 0) { $count += $read }
        $length = $stream.Length
    }
    finally { $stream.Dispose() }
    $answer = [ordered] @{ content = $null; bytes = $length; compressed = $false }
    if ($Params.compress -and $count -gt 0) {
        $small = Compress-Bytes $piece $count
        $answer.compressed = $small.Length -le 0.9 * $count
        if ($answer.compressed) { $answer.content = [Convert]::ToBase64String($small) }
    }
    if (-not $answer.compressed) { $answer.content = [Convert]::ToBase64String($piece, 0, $count) }
    $answer
}
