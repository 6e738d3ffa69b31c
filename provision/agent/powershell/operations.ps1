# Every operation by its name on the wire, with the function that carries it out. Each takes the
# request's params and whether it is check mode, and gives the answer with the wire's own keys.

$script:Operations = @{
    'facts'                 = 'Get-HostFacts'
    'platform'              = 'Get-Platform'
    'boot'                  = 'Get-BootState'
    'restart'               = 'Start-HostRestart'
    'selftest'              = 'Get-SelfTest'
    'file.stat'             = 'Get-FileState'
    'file.list'             = 'Get-FileList'
    'file.read'             = 'Read-FilePiece'
    'file.ensure'           = 'Set-FileState'
    'file.write'            = 'Write-FilePiece'
    'file.commit'           = 'Complete-File'
    'download'              = 'Get-Download'
    'feature.ensure'        = 'Set-FeatureState'
    'feature.list'          = 'Get-FeatureList'
    'service.list'          = 'Get-ServiceList'
    'service.ensure'        = 'Set-ServiceState'
    'scheduled_task.list'   = 'Get-TaskList'
    'scheduled_task.remove' = 'Remove-Task'
    'exec'                  = 'Invoke-Program'
    'powershell'            = 'Invoke-ScriptText'
    'call.list'             = 'Get-CallList'
    'call.stop'             = 'Stop-Call'
    'job.start'             = 'Start-JobOnce'
    'job.poll'              = 'Get-JobNews'
    'job.stop'              = 'Stop-JobTree'
    'job.remove'            = 'Remove-JobFolder'
    'job.list'              = 'Get-JobList'
    'lease.take'            = 'Set-Lease'
    'lease.release'         = 'Clear-Lease'
    'lease.look'            = 'Get-LeaseRecord'
    'switch.list'           = 'Get-SwitchList'
    'adapter.list'          = 'Get-AdapterList'
    'route.list'            = 'Get-RouteList'
    'nat.list'              = 'Get-NatList'
    'docker.version'        = 'Get-DockerVersion'
    'image.list'            = 'Get-ImageList'
    'docker.run'            = 'Invoke-DockerCommand'
    'containerd.version'    = 'Get-ContainerdVersion'
}

function Invoke-Operation($Request) {
    $function = $script:Operations[[string] $Request.op]
    if (-not $function) {
        throw (New-AgentError 'UnknownOperation' "this agent has no operation '$($Request.op)'")
    }
    & $function $Request.params ([bool] $Request.check)
}

function Test-Command([string] $Name) {
    [bool] (Get-Command -Name $Name -ErrorAction SilentlyContinue)
}

function Get-Sorted([object[]] $Items, [scriptblock] $Key) {
    if (-not $Items) { return }
    $keys = [string[]] @($Items | ForEach-Object $Key)
    # Without the casts a generic overload is taken, which sorts a copy of the items.
    [Array]::Sort([Array] $keys, [Array] $Items, [Collections.IComparer] [StringComparer]::Ordinal)
    $Items
}
