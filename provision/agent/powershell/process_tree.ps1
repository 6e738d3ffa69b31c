# Process trees by parent ids. Windows reuses ids, so a child must be younger than its parent, and a
# process is known by its id and its start time together.

$script:StartTolerance = [TimeSpan]::FromSeconds(2)

# The living members of a tree. $Known maps ids to start times; it holds the root at first, and grows,
# so that a child is still found when its parent has gone since.
function Get-Kin([hashtable] $Known) {
    $all = @(Get-CimInstance -ClassName Win32_Process)
    foreach ($process in $all) {
        $id = [int] $process.ProcessId
        if ($Known.ContainsKey($id) -and -not (Test-SameStart $process.CreationDate $Known[$id])) { $Known.Remove($id) }
    }
    do {
        $grown = $false
        foreach ($process in $all) {
            $id = [int] $process.ProcessId
            $parent = [int] $process.ParentProcessId
            if ($Known.ContainsKey($id) -or -not $Known.ContainsKey($parent)) { continue }
            if ([datetime] $process.CreationDate -ge $Known[$parent] - $script:StartTolerance) {
                $Known[$id] = [datetime] $process.CreationDate
                $grown = $true
            }
        }
    } while ($grown)
    $all | Where-Object { $Known.ContainsKey([int] $_.ProcessId) }
}

function Test-SameStart([datetime] $One, [datetime] $Other) {
    ($One.ToUniversalTime() - $Other.ToUniversalTime()).Duration() -le $script:StartTolerance
}

# Again until nobody is left: what was started in between is found in the next round.
function Stop-Tree([int] $Id, [datetime] $Started) {
    try { [Diagnostics.Process]::EnterDebugMode() } catch { $null = $_ }
    $known = @{ $Id = $Started.ToLocalTime() }
    for ($round = 0; $round -lt 50; $round++) {
        $kin = @(Get-Kin $known)
        if (-not $kin) { return }
        foreach ($process in $kin) { Stop-OneProcess ([int] $process.ProcessId) $process.CreationDate }
        Start-Sleep -Milliseconds 50
    }
}

function Stop-OneProcess([int] $Id, [datetime] $Started) {
    try {
        $process = [Diagnostics.Process]::GetProcessById($Id)
        if (Test-SameStart $process.StartTime $Started) { $process.Kill() }
    }
    catch { $null = $_ }
}

# What a tree has used so far; $null when it cannot be looked at.
function Get-TreeUse([int] $Id, [datetime] $Started) {
    $tree = @(Get-Kin @{ $Id = $Started.ToLocalTime() })
    if (-not $tree) { return $null }
    $time = [double] 0
    $bytes = [long] 0
    foreach ($process in $tree) {
        $time += [double] $process.KernelModeTime + [double] $process.UserModeTime
        $bytes += [long] $process.ReadTransferCount + [long] $process.WriteTransferCount
    }
    [ordered] @{ id = $Id; cpu_seconds = [Math]::Round($time / 1e7, 2); io_bytes = $bytes }
}

function Test-Running([int] $Id, [datetime] $Started) {
    $process = Get-CimInstance -ClassName Win32_Process -Filter "ProcessId = $Id"
    [bool] ($process -and (Test-SameStart $process.CreationDate $Started))
}
