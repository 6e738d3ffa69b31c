# Starting a job, at most once for each id, whoever dies in between: the folder gets its name only
# when all is in it, and `launched` says that the scheduled task is registered. Whether it was
# started too is not known then: it is started again, which does no harm, since Windows starts no
# second one beside it, and a second runner leaves by itself (see `Invoke-Runner`).

$script:TaskFolder = '\provision\'

function Start-JobOnce($Params, [bool] $Check) {
    $content = Get-JobContent $Params
    $job = Get-Job $Params.id
    if ($job.state -ne 'absent' -and $job.request.content -ne $content) {
        throw (New-AgentError 'JobExists' "there is a job $($job.id) with other content")
    }
    if ($Check) { return [ordered] @{ started = $false; state = $job.state } }
    if ($job.state -eq 'absent') {
        if (-not (Test-Elevated ([Security.Principal.WindowsIdentity]::GetCurrent()))) {
            throw (New-AgentError 'NotElevated' "a job needs an administrator's rights")
        }
        if ($Params.path -and -not [IO.File]::Exists($Params.path)) {
            throw (New-AgentError 'NotFound' "there is no script $($Params.path)")
        }
        $final = $job.folder
        $folder = "$final.$([Guid]::NewGuid().ToString('N')).new"
        $null = Get-DataFolder
        Remove-OldJobs ([string] $Params.run)
        $null = [IO.Directory]::CreateDirectory($folder)
        try {
            Invoke-Write { Write-RunFolder $folder $final $Params $content }
            if ($Params.account) { Grant-Folder $folder $Params.account.user }
            [IO.Directory]::Move($folder, $final)
        }
        catch {
            Remove-Quietly $folder
            throw
        }
    }
    $begins = $job.state -in 'absent', 'started'
    $started = $begins -and -not [IO.File]::Exists((Join-Path $job.folder 'launched'))
    if ($started) { Register-JobTask $job.id $job.folder $Params.account }
    if ($begins) { Start-JobTask $job.id }
    [ordered] @{ started = $started; state = (Get-Job $Params.id).state }
}

# One text that two requests with the same content share.
function Get-JobContent($Params) {
    $content = [ordered] @{
        path      = $Params.path
        script    = $Params.script
        program   = $Params.program
        arguments = @($Params.arguments)
        directory = $Params.directory
    }
    if ($Params.account) { $content.account = @($Params.account.user, $Params.account.level) }
    ConvertTo-Json -Compress -InputObject $content
}

# What the runner needs, in a folder that will stand at $Final.
function Write-RunFolder([string] $Folder, [string] $Final, $Params, [string] $Content) {
    $path = $Params.path
    if ($path) { $path = [IO.Path]::GetFullPath($path) }
    if ($null -ne $Params.script) {
        # 5.x takes a file without this mark for the system's codepage.
        [IO.File]::WriteAllText((Join-Path $Folder 'script.ps1'), $Params.script, (New-Object System.Text.UTF8Encoding $true))
        $path = Join-Path $Final 'script.ps1'
    }
    $directory = $Final
    if ($Params.directory) {
        $directory = [IO.Path]::GetFullPath($Params.directory)
        $null = [IO.Directory]::CreateDirectory($directory)
    }
    [IO.File]::WriteAllText((Join-Path $Folder 'runner.ps1'), (Get-RunnerText), (New-Object System.Text.UTF8Encoding $true))
    Write-Json (Join-Path $Folder 'request.json') ([ordered] @{
        path      = $path
        program   = $Params.program
        arguments = @($Params.arguments)
        directory = $directory
        timeout   = $Params.timeout
        token     = (Get-BootIdentity).token
        content   = $Content
        run       = [string] $Params.run
    })
    [IO.File]::WriteAllBytes((Join-Path $Folder 'reserve-begin'), (New-Object byte[] 4096))
    [IO.File]::WriteAllBytes((Join-Path $Folder 'reserve-end'), (New-Object byte[] 65536))
}

function Get-PowerShellPath {
    [Diagnostics.Process]::GetCurrentProcess().MainModule.FileName
}

function Get-RunnerArguments([string] $Folder) {
    @('-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File', (Join-Path $Folder 'runner.ps1'))
}

# The defaults of a scheduled task would end it after three days, on battery, and let it run at low
# priority. A password goes to Windows by this call alone.
function Register-JobTask([string] $Id, [string] $Folder, $Account) {
    $line = @(Get-RunnerArguments $Folder | ForEach-Object { Format-Argument $_ }) -join ' '
    $task = @{
        TaskName = $Id
        TaskPath = $script:TaskFolder
        Action   = New-ScheduledTaskAction -Execute (Get-PowerShellPath) -Argument $line -WorkingDirectory $Folder
        Settings = New-ScheduledTaskSettingsSet -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries -ExecutionTimeLimit ([TimeSpan]::Zero) -Priority 4 -MultipleInstances IgnoreNew
    }
    if ($Account) {
        $task.User = [string] $Account.user
        $task.Password = [string] $Account.password
        $task.RunLevel = [string] $Account.level
    }
    else { $task.Principal = New-ScheduledTaskPrincipal -UserId 'SYSTEM' -LogonType ServiceAccount -RunLevel Highest }
    try {
        $null = Register-ScheduledTask @task -Force
        Write-Json (Join-Path $Folder 'launched') ([ordered] @{ time = Format-Milliseconds ([datetime]::UtcNow); tick = Get-Tick })
    }
    catch { throw (New-StartFailed $Id $_) }
}

function Start-JobTask([string] $Id) {
    try { Start-ScheduledTask -TaskName $Id -TaskPath $script:TaskFolder }
    catch { throw (New-StartFailed $Id $_) }
}

function New-StartFailed([string] $Id, $ErrorRecord) {
    New-AgentError 'StartFailed' "job $Id does not start: $((Get-Cause $ErrorRecord).Message)" (Get-Cause $ErrorRecord)
}

# The agent's own folder is for administrators; a job's runner must read and write in its job's.
function Grant-Folder([string] $Folder, [string] $User) {
    $result = Invoke-Native (Find-Program 'icacls.exe') @($Folder, '/grant', "${User}:(OI)(CI)M", '/q') $Folder @{} 60
    if ($result.exit_code -ne 0) {
        throw (New-AgentError 'StartFailed' "the account $User cannot be given the job's folder: $(($result.stderr + $result.stdout).Trim())")
    }
}
