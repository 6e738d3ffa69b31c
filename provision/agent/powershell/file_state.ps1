function Set-FileState($Params, [bool] $Check) {
    $path = [string] $Params.path
    $before = Get-PathState $path
    if ($before.kind -ne 'absent' -and $Params.state -ne 'absent' -and $before.kind -ne $Params.state) {
        throw (New-AgentError 'NotSupported' "$path is a $($before.kind), not a $($Params.state)")
    }
    switch ([string] $Params.state) {
        'absent' { Remove-Tree $path $before $Check }
        'folder' {
            if ($before.kind -eq 'absent' -and -not $Check) { $null = [IO.Directory]::CreateDirectory($path) }
            New-Change ($before.kind -eq 'absent') $before ([ordered] @{ kind = 'folder' })
        }
        'file' { Set-FileContent $path $Params.content $before $Check }
    }
}

function Set-FileContent([string] $Path, $Content, $Before, [bool] $Check) {
    if ($null -eq $Content -and $Before.kind -eq 'file') { return New-Change $false $Before $Before }
    $bytes = Get-Bytes ([string] $Content)
    $after = New-FileState (Get-BytesHash $bytes)
    $changed = $Before.sha256 -ne $after.sha256
    if ($changed -and -not $Check) {
        Invoke-Write {
            New-ParentFolder $Path
            Write-WholeFile $Path $bytes
        }
    }
    New-Change $changed $Before $after
}

function Remove-Tree([string] $Path, $Before, [bool] $Check) {
    if ($Before.kind -ne 'absent' -and -not $Check) { Remove-Anything $Path }
    New-Change ($Before.kind -ne 'absent') $Before ([ordered] @{ kind = 'absent' })
}

# Read-only things too; of a link only the link itself, never what it leads to.
function Remove-Anything([string] $Path) {
    $attributes = [IO.File]::GetAttributes($Path)
    if ($attributes -band [IO.FileAttributes]::ReadOnly) {
        [IO.File]::SetAttributes($Path, $attributes -bxor [IO.FileAttributes]::ReadOnly)
    }
    if (-not ($attributes -band [IO.FileAttributes]::Directory)) {
        [IO.File]::Delete($Path)
        return
    }
    if (-not ($attributes -band [IO.FileAttributes]::ReparsePoint)) {
        foreach ($entry in [IO.Directory]::GetFileSystemEntries($Path)) { Remove-Anything $entry }
    }
    [IO.Directory]::Delete($Path, $false)
}
