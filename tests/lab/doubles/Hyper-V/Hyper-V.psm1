# A double of the module Hyper-V: VMs live in the file that all doubles share. Property names and
# states are those of Microsoft.HyperV.PowerShell.VirtualMachine and VMSnapshot.
$States = @{ off = 'Off'; running = 'Running'; saved = 'Saved'; paused = 'Paused' }

function Read-Machines { Get-Content -Raw -LiteralPath $env:DOUBLE_STATE | ConvertFrom-Json }

function Write-Machines($Machines) {
    [IO.File]::WriteAllText($env:DOUBLE_STATE, (ConvertTo-Json $Machines -Depth 9))
}

function Update-Machine([string] $Name, [scriptblock] $Change) {
    $machines = Read-Machines
    $null = & $Change $machines.$Name
    Write-Machines $machines
}

function Get-VM {
    $machines = Read-Machines
    foreach ($property in @($machines.PSObject.Properties)) {
        $kept = $property.Value
        $parent = $null
        if ($kept.current) { $parent = "id-$($kept.current)" }
        [pscustomobject] @{ Name = $property.Name; State = $States[$kept.state]; ParentSnapshotId = $parent }
    }
}

function Get-VMSnapshot($VM) {
    $age = 0
    foreach ($kept in @((Read-Machines).($VM.Name).snapshots)) {
        if (-not $kept) { continue }
        $age++
        [pscustomobject] @{
            Name = $kept.name; VMName = $VM.Name; Id = "id-$($kept.name)"; SnapshotType = 'Standard'
            CreationTime = ([datetime] '2026-11-25T00:00:00Z').ToLocalTime().AddMinutes($age)
        }
    }
}

function Checkpoint-VM($VM, [string] $SnapshotName) {
    Update-Machine $VM.Name {
        param($Kept)
        $state = 'off'
        if ($Kept.state -eq 'running') { $state = 'saved' }
        $Kept.snapshots = @($Kept.snapshots) + @([pscustomobject] @{
            name = $SnapshotName; description = ''; disk = $Kept.disk; state = $state; parent = $Kept.current
        })
        $Kept.current = $SnapshotName
    }
}

function Restore-VMSnapshot {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param($VMSnapshot)
    if (-not $PSCmdlet.ShouldProcess($VMSnapshot.Name)) { return }
    Update-Machine $VMSnapshot.VMName {
        param($Kept)
        $one = @($Kept.snapshots | Where-Object { $_.name -eq $VMSnapshot.Name })[0]
        $Kept.disk = $one.disk
        $Kept.state = $one.state
        $Kept.current = $one.name
    }
}

function Remove-VMSnapshot {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium')]
    param($VMSnapshot)
    if (-not $PSCmdlet.ShouldProcess($VMSnapshot.Name)) { return }
    Update-Machine $VMSnapshot.VMName {
        param($Kept)
        $gone = @($Kept.snapshots | Where-Object { $_.name -eq $VMSnapshot.Name })[0]
        $Kept.snapshots = @($Kept.snapshots | Where-Object { $_.name -ne $gone.name })
        foreach ($one in $Kept.snapshots) { if ($one.parent -eq $gone.name) { $one.parent = $gone.parent } }
    }
}

function Start-VM($VM) { Update-Machine $VM.Name { param($Kept) $Kept.state = 'running' } }

function Resume-VM($VM) { Update-Machine $VM.Name { param($Kept) $Kept.state = 'running' } }

function Remove-VMSavedState($VM) { Update-Machine $VM.Name { param($Kept) $Kept.state = 'off' } }

function Stop-VM($VM, [switch] $TurnOff, [switch] $Force) {
    if (-not $Force) { throw 'a guest that is locked would be asked about' }
    if (-not $TurnOff -and (Read-Machines).($VM.Name).stubborn) { throw 'the guest does not answer' }
    Update-Machine $VM.Name { param($Kept) $Kept.state = 'off' }
}

Export-ModuleMember -Function *-VM*
