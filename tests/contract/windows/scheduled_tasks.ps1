# Scheduled tasks of the world. Starting one really starts its program, free of the agent's process.

function Get-ScheduledTask {
    [CmdletBinding()]
    param([string] $TaskName, [string] $TaskPath)
    $found = @((Get-World).scheduled_tasks | Where-Object { (-not $TaskName -or $_.name -eq $TaskName) -and (-not $TaskPath -or $_.path -eq $TaskPath) })
    if (-not $found -and $TaskName) {
        $PSCmdlet.WriteError((New-WorldError 'CmdletizationQuery_NotFound_TaskName,Get-ScheduledTask' "No MSFT_ScheduledTask objects found with property 'TaskName' equal to '$TaskName'."))
    }
    foreach ($task in $found) {
        $triggers = @()
        if ($task.at_logon) { $triggers = @([pscustomobject] @{ CimClass = [pscustomobject] @{ CimClassName = 'MSFT_TaskLogonTrigger' } }) }
        [pscustomobject] @{
            TaskName = $task.name; TaskPath = $task.path; Triggers = $triggers
            Actions = @([pscustomobject] @{ Execute = $task.program; Arguments = $task.arguments })
            Principal = [pscustomobject] @{ UserId = $task.user }
        }
    }
}

function New-ScheduledTaskAction {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Execute, [string] $Argument, [string] $WorkingDirectory)
    [pscustomobject] @{ Execute = $Execute; Arguments = $Argument; WorkingDirectory = $WorkingDirectory }
}

function New-ScheduledTaskTrigger {
    [CmdletBinding()]
    param([switch] $AtLogOn)
    [pscustomobject] @{ AtLogon = [bool] $AtLogOn }
}

function New-ScheduledTaskPrincipal {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $UserId,
        [ValidateSet('None', 'Password', 'S4U', 'Interactive', 'Group', 'ServiceAccount', 'InteractiveOrPassword')] [string] $LogonType,
        [ValidateSet('Limited', 'Highest')] [string] $RunLevel
    )
    [pscustomobject] @{ UserId = $UserId; RunLevel = $RunLevel }
}

function New-ScheduledTaskSettingsSet {
    [CmdletBinding()]
    param(
        [switch] $AllowStartIfOnBatteries, [switch] $DontStopIfGoingOnBatteries, [TimeSpan] $ExecutionTimeLimit, [switch] $Hidden,
        [int] $Priority, [ValidateSet('Parallel', 'Queue', 'IgnoreNew')] [string] $MultipleInstances
    )
    [pscustomobject] @{ Hidden = [bool] $Hidden }
}

function Register-ScheduledTask {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $TaskName, [string] $TaskPath = '\', [Parameter(Mandatory)] $Action, $Trigger, $Principal, $Settings, [switch] $Force,
        [string] $User, [string] $Password, [ValidateSet('Limited', 'Highest')] [string] $RunLevel
    )
    if ($User -and $Principal) { throw 'a user and a principal are of different parameter sets' }
    if ($User) { $Principal = [pscustomobject] @{ UserId = $User; RunLevel = $RunLevel } }
    if ($User -and $Password -eq 'wrong') {
        $PSCmdlet.ThrowTerminatingError((New-WorldError 'HRESULT 0x8007052e,Register-ScheduledTask' 'The user name or password is incorrect.'))
    }
    $task = [pscustomobject] @{
        noun = 'scheduled_task'; name = $TaskName; path = $TaskPath; at_logon = [bool] $Trigger.AtLogon; program = $Action.Execute
        arguments = [string] $Action.Arguments; user = [string] $Principal.UserId; highest = $Principal.RunLevel -eq 'Highest'
    }
    Edit-World 'scheduled_tasks' { param($tasks) @($tasks | Where-Object { $_.name -ne $TaskName -or $_.path -ne $TaskPath }) + $task }
    $task
}

function Unregister-ScheduledTask {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param([Parameter(Mandatory, Position = 0)] [string] $TaskName, [Parameter(Position = 1)] [string] $TaskPath)
    if (-not @(Get-ScheduledTask -TaskName $TaskName -TaskPath $TaskPath -ErrorAction SilentlyContinue)) {
        $PSCmdlet.WriteError((New-WorldError 'CmdletizationQuery_NotFound_TaskName,Unregister-ScheduledTask' "No MSFT_ScheduledTask objects found with property 'TaskName' equal to '$TaskName'."))
        return
    }
    if ($PSCmdlet.ShouldProcess($TaskName)) {
        Edit-World 'scheduled_tasks' { param($tasks) $tasks | Where-Object { $_.name -ne $TaskName -or ($TaskPath -and $_.path -ne $TaskPath) } }
    }
}

function Start-ScheduledTask {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $TaskName, [string] $TaskPath = '\')
    $task = (Get-World).scheduled_tasks | Where-Object { $_.name -eq $TaskName -and $_.path -eq $TaskPath }
    $info = New-Object System.Diagnostics.ProcessStartInfo 'setsid'
    $info.Arguments = '-f sh -c "exec \"$0\" \"$@\" </dev/null >/dev/null 2>&1" "' + $task.program + '" ' + $task.arguments
    $info.UseShellExecute = $false
    [Diagnostics.Process]::Start($info).WaitForExit()
}

function Stop-ScheduledTask {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $TaskName, [string] $TaskPath = '\')
}
