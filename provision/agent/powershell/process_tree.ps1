# Process trees by parent ids. Windows reuses ids, so a child must be younger than its parent, and a
# process is known by its id and its start time together.

$script:StartTolerance = [TimeSpan]::FromSeconds(2)

# The processes of a tree, its root first; none when the root is gone or is another process by now.
function Get-Tree([int] $Id, [datetime] $Started) {
    $all = @(Get-CimInstance -ClassName Win32_Process)
    $root = $all | Where-Object { $_.ProcessId -eq $Id } | Select-Object -First 1
    if (-not $root -or -not (Test-SameStart $root.CreationDate $Started)) { return }
    $children = @{}
    foreach ($process in $all) {
        $parent = [int] $process.ParentProcessId
        if (-not $children.ContainsKey($parent)) { $children[$parent] = New-Object System.Collections.ArrayList }
        $null = $children[$parent].Add($process)
    }
    $tree = New-Object System.Collections.ArrayList
    $null = $tree.Add($root)
    for ($i = 0; $i -lt $tree.Count; $i++) {
        $earliest = ([datetime] $tree[$i].CreationDate) - $script:StartTolerance
        foreach ($child in @($children[[int] $tree[$i].ProcessId])) {
            if ($child -and $child.ProcessId -ne $tree[$i].ProcessId -and $child.CreationDate -ge $earliest) { $null = $tree.Add($child) }
        }
    }
    $tree
}

function Test-SameStart([datetime] $One, [datetime] $Other) {
    ($One.ToUniversalTime() - $Other.ToUniversalTime()).Duration() -le $script:StartTolerance
}

# Parents first, so that they start no more; again until nobody is left.
function Stop-Tree([int] $Id, [datetime] $Started) {
    try { [Diagnostics.Process]::EnterDebugMode() } catch { $null = $_ }
    for ($round = 0; $round -lt 5; $round++) {
        $tree = @(Get-Tree $Id $Started)
        if (-not $tree) { return }
        foreach ($process in $tree) { Stop-OneProcess ([int] $process.ProcessId) $process.CreationDate }
    }
}

function Stop-OneProcess([int] $Id, [datetime] $Started) {
    try {
        $process = [Diagnostics.Process]::GetProcessById($Id)
        if (-not (Test-SameStart $process.StartTime $Started)) { return }
        $process.Kill()
        $null = $process.WaitForExit(5000)
    }
    catch { $null = $_ }
}

# What a tree has used so far; $null when it cannot be looked at.
function Get-TreeUse([int] $Id, [datetime] $Started) {
    $tree = @(Get-Tree $Id $Started)
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
