# The runner: what a job's scheduled task starts, in a process of its own. It is made of functions of
# this agent, copied by their text into the job's folder, so that a job outlives the agent.
#
# The work runs beside the runner's main thread: a script in another runspace, a program in another
# process. The main thread alone writes the log, and beats in it once a second. Event handlers are no
# way to do this: on a waiting thread they starve.

$script:TextLimit = 65536
$script:RunnerParts = @(
    'Format-Milliseconds', 'Get-Tick', 'New-AgentError', 'Get-Cause', 'Test-DiskFull', 'ConvertTo-ErrorData', 'Get-ErrorKey', 'Format-Argument', 'Find-Program', 'Get-UsualPlace',
    'New-StartInfo', 'Start-Native', 'New-Feed', 'Step-Feed', 'ConvertFrom-ProgramBytes', 'Invoke-Native', 'New-Drain', 'Step-Drain', 'Limit-Drain', 'Get-DrainText',
    'Get-Kin', 'Test-SameStart', 'Stop-Tree', 'Stop-OneProcess', 'Write-WholeFile', 'Move-IntoPlace', 'Write-Json', 'Write-Reserved', 'Write-Certainly',
    'Open-Log', 'Start-LogFile', 'Switch-Log', 'Close-Log', 'Test-LogRoom', 'Add-LogBytes', 'Write-LogLine', 'Write-Record', 'Write-Heartbeat', 'Write-Failure',
    'Format-Literal', 'New-Invocation', 'Start-Script', 'Write-Item', 'Write-ProgressRecord', 'Write-Caught', 'Invoke-Script',
    'New-LineDrain', 'Step-LineDrain', 'Write-DrainLine', 'Open-Console', 'Close-Console', 'Invoke-JobProgram', 'Invoke-CallProgram', 'Invoke-Runner'
)

function Get-RunnerText {
    $parts = foreach ($name in $script:RunnerParts) { "function $name {`n$((Get-Command -Name $name -CommandType Function).Definition)`n}" }
    @(
        '$ErrorActionPreference = ''Stop'''
        '$ProgressPreference = ''SilentlyContinue'''
        '$script:Utf8 = New-Object System.Text.UTF8Encoding $false'
        "`$script:OutputLimit = $script:OutputLimit"
        "`$script:TextLimit = $script:TextLimit"
        "`$script:LogSize = $script:LogSize"
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
    Write-Reserved $Folder 'process.json' 'reserve-begin' ([ordered] @{
        id = $PID; started = Format-Milliseconds $self.StartTime; token = $request.token; tick = Get-Tick
    })
    if ($request.program -and $request.timeout) { $exit = Invoke-CallProgram $request }
    else {
        $exit = [ordered] @{ exit_code = $null; threw = $false; stopped = $false; log_lost = $false; time = '' }
        Open-Log $Folder
        try {
            [Environment]::CurrentDirectory = $request.directory
            if ($request.program) { $exit.exit_code = Invoke-JobProgram $request }
            else { Invoke-Script $request $exit }
        }
        catch {
            Write-Failure $_
            $exit.threw = $true
        }
        Close-Log
        $exit.log_lost = $script:LogLost
        $exit.time = Format-Milliseconds ([datetime]::UtcNow)
    }
    Write-Certainly $Folder $exit
    $lock.Dispose()
}

# On a full disk a record is written into room that was kept for it when the job was made.
function Write-Reserved([string] $Folder, [string] $Name, [string] $Reserve, $Data) {
    $path = Join-Path $Folder $Name
    $kept = Join-Path $Folder $Reserve
    try { Write-Json $path $Data }
    catch {
        if (-not (Test-DiskFull (Get-Cause $_)) -or -not [IO.File]::Exists($kept)) { throw }
        $full = $_
        $bytes = $script:Utf8.GetBytes((ConvertTo-Json -InputObject $Data -Compress -Depth 12))
        $stream = New-Object System.IO.FileStream $kept, 'Open', 'Write', 'Read', 4096, 'WriteThrough'
        try {
            if ($stream.Length -lt $bytes.Length) { throw $full }
            $stream.Write($bytes, 0, $bytes.Length)
            $stream.SetLength($bytes.Length)
            $stream.Flush($true)
        }
        finally { $stream.Dispose() }
        [IO.File]::Move($kept, $path)
    }
    [IO.File]::Delete($kept)
}

# The exit record must not get lost: a call's long output is cut down to the room that was kept.
function Write-Certainly([string] $Folder, $Exit) {
    try { return Write-Reserved $Folder 'exit.json' 'reserve-end' $Exit }
    catch { if (-not (Test-DiskFull (Get-Cause $_))) { throw } }
    foreach ($name in 'stdout', 'stderr') {
        $text = [string] $Exit.$name
        if ($text.Length -gt 4000) {
            $Exit.$name = $text.Substring($text.Length - 4000)
            $Exit.truncated = $true
        }
    }
    for ($try = 1; ; $try++) {
        try { return Write-Reserved $Folder 'exit.json' 'reserve-end' $Exit }
        catch { if ($try -ge 600) { throw } }
        Start-Sleep -Seconds 1
    }
}

# A recorded call's program: its whole output is the record of its end.
function Invoke-CallProgram($Request) {
    try { Invoke-Native $Request.program @($Request.arguments) $Request.directory @{} $Request.timeout }
    catch { @{ failure = ConvertTo-ErrorData $_ } }
}

# A native program: each line becomes a record, a very long one several. A child that it leaves behind
# may hold the output open; two silent seconds after the program's own end are enough. What is not
# taken stays in the pipe, and the program waits.
function Invoke-JobProgram($Request) {
    $program = Find-Program $Request.program
    $process = Start-Native (New-StartInfo $program @($Request.arguments) $Request.directory @{})
    $drains = @((New-LineDrain 'output' $process.StandardOutput.BaseStream), (New-LineDrain 'error' $process.StandardError.BaseStream))
    $quiet = [Diagnostics.Stopwatch]::StartNew()
    while ($open = @($drains | Where-Object { $_.open })) {
        $null = [Threading.Tasks.Task]::WaitAny([Threading.Tasks.Task[]] @($open | ForEach-Object { $_.task }), 100)
        foreach ($drain in $open) { if (Step-LineDrain $drain) { $quiet.Restart() } }
        Write-Heartbeat
        if (-not $process.HasExited) { $quiet.Restart() }
        elseif ($quiet.Elapsed.TotalSeconds -gt 2) { break }
    }
    foreach ($drain in $drains) { Write-DrainLine $drain }
    while (-not $process.WaitForExit(500)) { Write-Heartbeat }
    $process.ExitCode
}
