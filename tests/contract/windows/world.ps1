# The world tree that the simulator has too, as one JSON file; every stub reads it anew.

function Get-World {
    ConvertFrom-Json -InputObject ([IO.File]::ReadAllText($env:PROVISION_WORLD))
}

function Set-World($World) {
    $part = "$env:PROVISION_WORLD.$PID.new"
    [IO.File]::WriteAllText($part, (ConvertTo-Json -InputObject $World -Depth 30))
    [IO.File]::Move($part, $env:PROVISION_WORLD, $true)
}

# Change the things of one section: the block gets the section and gives the new one.
function Edit-World([string] $Section, [scriptblock] $Change) {
    $world = Get-World
    $world.$Section = @(& $Change @($world.$Section) $world)
    Set-World $world
}

function New-WorldError([string] $Id, [string] $Message, [string] $Category = 'ObjectNotFound') {
    New-Object System.Management.Automation.ErrorRecord (New-Object System.Exception $Message), $Id, $Category, $null
}

function Get-UICulture {
    [pscustomobject] @{ Name = (Get-World).windows.culture }
}

# Whoever stands in PROVISION_OWNER made the agent's folder; the administrators unless somebody does.
function Get-Acl {
    [CmdletBinding()]
    param([string] $LiteralPath)
    $owner = 'S-1-5-32-544'
    if ($env:PROVISION_OWNER) { $owner = $env:PROVISION_OWNER }
    [pscustomobject] @{ Owner = $owner } | Add-Member -PassThru -MemberType ScriptMethod -Name GetOwner -Value { [pscustomobject] @{ Value = $this.Owner } }
}

# Nothing here may ever end the machine that runs the tests.
function Restart-Computer { throw 'a test world restarts by shutdown.exe alone' }
function Stop-Computer { throw 'a test world cannot be switched off' }
