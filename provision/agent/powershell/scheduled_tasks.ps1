# Scheduled tasks of others. Those of jobs are the agent's own affair, see jobs.ps1.

function Find-Task([string] $Name) {
    Get-ScheduledTask -ErrorAction SilentlyContinue | Where-Object { $_.TaskName -eq $Name }
}

function Test-AtLogon($Task) {
    @($Task.Triggers | Where-Object { $_ -and $_.CimClass.CimClassName -eq 'MSFT_TaskLogonTrigger' }).Length -gt 0
}

function Get-TaskList($Params) {
    $tasks = @(foreach ($task in @($Params.names | Select-Object -Unique | ForEach-Object { Find-Task $_ })) {
        $action = @($task.Actions)[0]
        [ordered] @{
            name     = [string] $task.TaskName
            path     = [string] $task.TaskPath
            at_logon = Test-AtLogon $task
            action   = "$($action.Execute) $($action.Arguments)".Trim()
            user     = [string] $task.Principal.UserId
        }
    })
    [ordered] @{ tasks = @(Get-Sorted $tasks { "$($_.path)`0$($_.name)" }) }
}

function Remove-Task($Params, [bool] $Check) {
    $found = @(Find-Task $Params.task)
    if (-not $Check) {
        foreach ($task in $found) {
            Unregister-ScheduledTask -TaskName $task.TaskName -TaskPath $task.TaskPath -Confirm:$false
        }
    }
    New-Change ($found.Length -gt 0) ([ordered] @{ exists = $found.Length -gt 0 }) ([ordered] @{ exists = $false })
}
