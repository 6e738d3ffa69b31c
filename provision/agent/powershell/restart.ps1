# By shutdown.exe, which takes a delay: this answer must get out first. Two of its codes mean that a
# restart is on its way already: 1115 (ERROR_SHUTDOWN_IN_PROGRESS), 1190 (ERROR_SHUTDOWN_IS_SCHEDULED).

function Start-HostRestart($Params, [bool] $Check) {
    $boot = Get-BootIdentity
    if ($Check -or ($Params.boot -and $Params.boot.token -ne $boot.token)) {
        return [ordered] @{ scheduled = $false; boot = $boot }
    }
    $reason = ([string] $Params.reason -replace '[\r\n"]+', ' ').Trim()
    if ($reason.Length -gt 500) { $reason = $reason.Substring(0, 500) }
    $arguments = @('/r', '/f', '/t', [string] $Params.delay, '/d', 'p:4:1', '/c', $reason)
    $result = Invoke-Native (Find-Program 'shutdown.exe') $arguments ([IO.Path]::GetTempPath()) @{} 60
    if ($result.exit_code -notin 0, 1115, 1190) {
        $id = 'RestartRefused'
        if ($result.exit_code -eq 5) { $id = 'NotElevated' }
        throw (New-AgentError $id "shutdown.exe ended with $($result.exit_code): $(($result.stderr + $result.stdout).Trim())")
    }
    [ordered] @{ scheduled = $true; boot = $boot }
}
