# containerd, asked by its client nerdctl, whose output is docker's.

function Get-ContainerdVersion {
    $answer = [ordered] @{ installed = $false; answers = $false; client = ''; server = ''; message = '' }
    $nerdctl = Find-Nerdctl
    if (-not $nerdctl) { return $answer }
    $answer.installed = $true
    $result = Invoke-Native $nerdctl @('version') ([IO.Path]::GetTempPath()) @{} 120
    # Each part of the text names several programs; the first version below containerd is its own.
    $part = ''
    foreach ($line in $result.stdout -split '\r?\n') {
        if ($line -match '^(Client|Server)\b') { $part = $Matches[1].ToLowerInvariant() }
        elseif ($part -and -not $answer[$part] -and $line -match '^\s+Version:\s+(\S+)') { $answer[$part] = $Matches[1] }
    }
    $answer.answers = [bool] $answer.server
    if ($result.timed_out) { $answer.message = 'nerdctl gave no answer within 120 s' }
    elseif (-not $answer.answers) { $answer.message = Get-FirstLine ($result.stderr + "`n" + $result.stdout) }
    $answer
}

function Find-Nerdctl {
    foreach ($place in @('nerdctl.exe', "$env:ProgramFiles\nerdctl\nerdctl.exe")) {
        try { return Find-Program $place }
        catch { if ($_.FullyQualifiedErrorId -ne 'NotFound') { throw } }
    }
    ''
}
