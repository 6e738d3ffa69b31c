# Snapshots and power of one VM of this host's Hyper-V. Every line of output is one JSON object.
# Get-VM and Get-VMSnapshot take wildcards, so names are compared here.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

function Get-LabVM([string] $Name) {
    $found = @(Hyper-V\Get-VM | Where-Object { $_.Name -eq $Name })
    if ($found.Count -gt 1) { throw "there are $($found.Count) VMs with the name $Name" }
    $found
}

function Get-LabSnapshot([string] $Name, [string] $Snapshot) {
    $found = @(Hyper-V\Get-VMSnapshot -VM (Get-LabVM $Name) | Where-Object { $_.Name -eq $Snapshot })
    if ($found.Count -ne 1) { throw "there are $($found.Count) snapshots with the name $Snapshot" }
    $found
}

function Show-LabVM([string] $Name) {
    $vm = Get-LabVM $Name
    if (-not $vm) { return '{"state":"absent"}' }
    @{ state = "$($vm.State)" } | ConvertTo-Json -Compress
    foreach ($one in @(Hyper-V\Get-VMSnapshot -VM $vm | Sort-Object CreationTime)) {
        [ordered] @{
            name    = $one.Name
            taken   = $one.CreationTime.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ')
            current = "$($one.Id)" -eq "$($vm.ParentSnapshotId)"
        } | ConvertTo-Json -Compress
    }
}

# A snapshot of a running VM comes back with its memory saved.
function Restore-LabVM([string] $Name, [string] $Snapshot) {
    Hyper-V\Restore-VMSnapshot -VMSnapshot (Get-LabSnapshot $Name $Snapshot) -Confirm:$false
    $vm = Get-LabVM $Name
    if ("$($vm.State)" -eq 'Saved') { Hyper-V\Start-VM -VM $vm }
}

function Start-LabVM([string] $Name) {
    $vm = Get-LabVM $Name
    if ("$($vm.State)" -eq 'Paused') { Hyper-V\Resume-VM -VM $vm } else { Hyper-V\Start-VM -VM $vm }
}

# Without -Force a locked guest makes Stop-VM ask; with it, it waits for the guest up to 5 minutes.
function Stop-LabVM([string] $Name) {
    Hyper-V\Stop-VM -VM (Get-LabVM $Name) -Force
}

function Disable-LabVM([string] $Name) {
    $vm = Get-LabVM $Name
    if ("$($vm.State)" -eq 'Saved') { Hyper-V\Remove-VMSavedState -VM $vm }
    else { Hyper-V\Stop-VM -VM $vm -TurnOff -Force }
}

function Checkpoint-LabVM([string] $Name, [string] $Snapshot) {
    Hyper-V\Checkpoint-VM -VM (Get-LabVM $Name) -SnapshotName $Snapshot
}

function Remove-LabSnapshot([string] $Name, [string] $Snapshot) {
    Hyper-V\Remove-VMSnapshot -VMSnapshot (Get-LabSnapshot $Name $Snapshot) -Confirm:$false
}
