# The runner: what a job's scheduled task starts, in a process of its own. It is made of functions of
# this agent, copied by their text into the job's folder, so that a job outlives the agent.
#
# The work runs beside the runner's main thread: a script in another runspace, a program in another
# process. The main thread alone writes the log, and beats in it once a second. Event handlers are no
# way to do this: on a waiting thread they starve.

$script:RunnerParts = @(
    'Format-Milliseconds', 'New-AgentError', 'Get-Cause', 'ConvertTo-ErrorData', 'Format-Argument', 'Find-Program',
    'New-StartInfo', 'Start-Native', 'ConvertFrom-ProgramBytes', 'Get-Tick', 'Invoke-Native', 'New-Drain', 'Step-Drain', 'Limit-Drain', 'Get-DrainText',
    'Get-Kin', 'Test-SameStart', 'Stop-Tree', 'Stop-OneProcess', 'Write-WholeFile', 'Move-IntoPlace', 'Write-Json',
    'Open-Log', 'Write-LogLine', 'Write-Record', 'Write-Heartbeat', 'Write-Failure', 'Format-Literal', 'New-Invocation',
    'Start-Script', 'Write-Item', 'Write-ConsoleText', 'Write-ProgressRecord', 'Write-Caught', 'Invoke-Script', 'Invoke-JobProgram', 'Invoke-CallProgram', 'Invoke-Runner'
)

function Get-RunnerText {
    $parts = foreach ($name in $script:RunnerParts) { "function $name {`n$((Get-Command -Name $name -CommandType Function).Definition)`n}" }
    @(
        '$ErrorActionPreference = ''Stop'''
        '$ProgressPreference = ''SilentlyContinue'''
        '$script:Utf8 = New-Object System.Text.UTF8Encoding $false'
        "`$script:OutputLimit = $script:OutputLimit"
        "`$script:StartTolerance = [TimeSpan]::FromSeconds($($script:StartTolerance.TotalSeconds))"
        $parts
        'Invoke-Runner $PSScriptRoot'
        '[Environment]::Exit(0)'
    ) -join "`n"
}

function Invoke-Runner([string] $Folder) {
    # The first runner keeps the lock; a process record or an exit record says that one was here.
    try { $lock = [IO.File]::Open((Join-Path $Folder 'lock'), 'OpenOrCreate', 'ReadWrite', 'None') }
    catch { return }
    foreach ($name in 'process.json', 'exit.json', 'answer.json') { if ([IO.File]::Exists((Join-Path $Folder $name))) { return } }
    [Console]::SetIn([IO.TextReader]::Null)
    $request = ConvertFrom-Json -InputObject ([IO.File]::ReadAllText((Join-Path $Folder 'request.json')))
    $self = [Diagnostics.Process]::GetCurrentProcess()
    Write-Json (Join-Path $Folder 'process.json') ([ordered] @{
        id = $PID; started = Format-Milliseconds $self.StartTime; token = $request.token; tick = Get-Tick
    })
    if ($request.program -and $request.timeout) {
        Write-Json (Join-Path $Folder 'exit.json') (Invoke-CallProgram $request)
        $lock.Dispose()
        return
    }
    Open-Log (Join-Path $Folder 'log')
    $exit = [ordered] @{ exit_code = $null; threw = $false; stopped = $false; time = '' }
    try {
        [Environment]::CurrentDirectory = $request.directory
        if ($request.program) { $exit.exit_code = Invoke-JobProgram $request }
        else { Invoke-Script $request $exit }
    }
    catch {
        Write-Failure $_
        $exit.threw = $true
    }
    $script:Log.Flush($true)
    $script:Log.Dispose()
    $exit.time = Format-Milliseconds ([datetime]::UtcNow)
    Write-Json (Join-Path $Folder 'exit.json') $exit
    $lock.Dispose()
}

# A recorded call's program: its whole output is the record of its end.
function Invoke-CallProgram($Request) {
    try { Invoke-Native $Request.program @($Request.arguments) $Request.directory @{} $Request.timeout }
    catch { @{ failure = ConvertTo-ErrorData $_ } }
}

# A native program: each line becomes a record. A child that it leaves behind may hold the output
# open; two silent seconds after the program's own end are enough.
function Invoke-JobProgram($Request) {
    $program = Find-Program $Request.program
    $process = Start-Native (New-StartInfo $program @($Request.arguments) $Request.directory @{})
    $latin = [Text.Encoding]::GetEncoding(28591)
    $streams = @(
        @{ kind = 'output'; reader = $process.StandardOutput; task = $process.StandardOutput.ReadLineAsync() }
        @{ kind = 'error'; reader = $process.StandardError; task = $process.StandardError.ReadLineAsync() }
    )
    $quiet = [Diagnostics.Stopwatch]::StartNew()
    while ($open = @($streams | Where-Object { $_.task })) {
        $null = [Threading.Tasks.Task]::WaitAny([Threading.Tasks.Task[]] @($open | ForEach-Object { $_.task }), 100)
        foreach ($stream in $open) {
            while ($stream.task -and $stream.task.IsCompleted) {
                $line = $stream.task.Result
                $stream.task = $null
                if ($null -ne $line) {
                    Write-Record $stream.kind (ConvertFrom-ProgramBytes $latin.GetBytes($line) 0)
                    $stream.task = $stream.reader.ReadLineAsync()
                    $quiet.Restart()
                }
            }
        }
        Write-Heartbeat
        if (-not $process.HasExited) { $quiet.Restart() }
        elseif ($quiet.Elapsed.TotalSeconds -gt 2) { break }
    }
    while (-not $process.WaitForExit(500)) { Write-Heartbeat }
    $process.ExitCode
}
