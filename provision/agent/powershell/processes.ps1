# Other people's programs. Each gets its own standard input, closed at once or after what it is to
# read: one that inherited the agent's would eat the next requests.

$script:OutputLimit = 256KB

# As the C runtime and CommandLineToArgvW take a command line apart: backslashes count only before
# a quotation mark.
function Format-Argument([string] $Text) {
    if ($Text -and $Text -notmatch '[\s"]') { return $Text }
    '"' + (($Text -replace '(\\*)"', '$1$1\"') -replace '(\\+)$', '$1$1') + '"'
}

function Find-Program([string] $Name) {
    if ($Name -match '[\\/]') {
        $path = [IO.Path]::GetFullPath($Name)
        foreach ($candidate in @($path, "$path.exe")) {
            if ([IO.File]::Exists($candidate)) { return $candidate }
        }
    }
    else {
        $file = $Name -replace '^docker$', 'docker.exe'
        $escaped = [System.Management.Automation.WildcardPattern]::Escape($file)
        $command = Get-Command -Name $escaped -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
        if ($command) { return $command.Path }
        foreach ($path in Get-UsualPlace $file) { if ([IO.File]::Exists($path)) { return $path } }
    }
    throw (New-AgentError 'NotFound' "there is no program $Name")
}

# Installers put docker where no running process has its PATH from, and a job may run as somebody else.
function Get-UsualPlace([string] $Name) {
    if ($Name -ne 'docker.exe') { return }
    Join-Path (Join-Path $env:ProgramFiles 'docker') $Name
    Join-Path (Join-Path $env:SystemRoot 'System32') $Name
}

function New-StartInfo([string] $Program, [string[]] $Arguments, [string] $Directory, $Environment) {
    $info = New-Object System.Diagnostics.ProcessStartInfo
    $info.FileName = $Program
    $line = @($Arguments | ForEach-Object { Format-Argument $_ }) -join ' '
    # cmd.exe has rules of its own for a batch file's arguments, and no way to quote these signs.
    if ($Program -match '\.(cmd|bat)$') {
        if (@($Arguments) -match '["%!\r\n]') {
            throw (New-AgentError 'NotSupported' 'an argument of a batch file holds a sign that cmd.exe cannot take safely: " % ! or a line end')
        }
        $quoted = @(@($Program) + $Arguments | ForEach-Object { '"' + $_ + '"' }) -join ' '
        $info.FileName = $env:ComSpec
        $line = "/d /s /c `"$quoted`""
    }
    $info.Arguments = $line
    $info.WorkingDirectory = $Directory
    $info.UseShellExecute = $false
    $info.CreateNoWindow = $true
    $info.RedirectStandardInput = $true
    $info.RedirectStandardOutput = $true
    $info.RedirectStandardError = $true
    # One character for each byte: whoever reads lines decodes them afterwards.
    $info.StandardOutputEncoding = [Text.Encoding]::GetEncoding(28591)
    $info.StandardErrorEncoding = $info.StandardOutputEncoding
    foreach ($name in @($Environment.Keys)) { $info.EnvironmentVariables[$name] = [string] $Environment[$name] }
    $info
}

# What is to be read is written by a task: a program that reads nothing must not hold us up.
function Start-Native($Info, [string] $Text) {
    try { $process = [Diagnostics.Process]::Start($Info) }
    catch {
        $cause = Get-Cause $_
        if ($cause -is [ComponentModel.Win32Exception] -and $cause.NativeErrorCode -in 2, 3) {
            throw (New-AgentError 'NotFound' "there is no program $($Info.FileName): $($cause.Message)" $cause)
        }
        throw
    }
    if (-not $Text) { $process.StandardInput.Close() }
    $process
}

# One output stream, read in pieces by tasks of .NET, so that no thread of ours waits on it.
function New-Drain($Reader) {
    $drain = @{ stream = $Reader.BaseStream; buffer = New-Object byte[] 65536; kept = New-Object System.IO.MemoryStream; cut = $false; open = $true }
    $drain.task = $drain.stream.ReadAsync($drain.buffer, 0, $drain.buffer.Length)
    $drain
}

# Take what has arrived; $true if anything did. Only the end of a long output is kept.
function Step-Drain($Drain) {
    if (-not $Drain.open -or -not $Drain.task.IsCompleted) { return $false }
    $count = 0
    if (-not $Drain.task.IsFaulted) { $count = $Drain.task.Result }
    if ($count -eq 0) {
        $Drain.open = $false
        return $false
    }
    $Drain.kept.Write($Drain.buffer, 0, $count)
    if ($Drain.kept.Length -gt 4 * $script:OutputLimit) { Limit-Drain $Drain }
    $Drain.task = $Drain.stream.ReadAsync($Drain.buffer, 0, $Drain.buffer.Length)
    $true
}

function Limit-Drain($Drain) {
    $surplus = [int] $Drain.kept.Length - $script:OutputLimit
    if ($surplus -le 0) { return }
    $bytes = $Drain.kept.ToArray()
    $Drain.kept.SetLength(0)
    $Drain.kept.Write($bytes, $surplus, $script:OutputLimit)
    $Drain.cut = $true
}

function Get-DrainText($Drain) {
    Limit-Drain $Drain
    $bytes = $Drain.kept.ToArray()
    $start = 0
    while ($Drain.cut -and $start -lt 4 -and $start -lt $bytes.Length -and ($bytes[$start] -band 0xC0) -eq 0x80) { $start++ }
    ConvertFrom-ProgramBytes $bytes $start
}

# Programs write UTF-8 or the system's own codepage, and do not say which.
function ConvertFrom-ProgramBytes([byte[]] $Bytes, [int] $Start) {
    try { return (New-Object System.Text.UTF8Encoding $false, $true).GetString($Bytes, $Start, $Bytes.Length - $Start) }
    catch { $encoding = [Text.Encoding]::UTF8 }
    try { $encoding = [Text.Encoding]::GetEncoding([Globalization.CultureInfo]::CurrentCulture.TextInfo.OEMCodePage) }
    catch { $encoding = [Text.Encoding]::UTF8 }
    $encoding.GetString($Bytes, $Start, $Bytes.Length - $Start)
}

function New-Feed($Process, [string] $Text) {
    $feed = @{ stream = $Process.StandardInput; task = $null }
    if ($Text) {
        $bytes = (New-Object System.Text.UTF8Encoding $false).GetBytes($Text)
        $feed.task = $feed.stream.BaseStream.WriteAsync($bytes, 0, $bytes.Length)
    }
    $feed
}

# A program may end without having read it all.
function Step-Feed($Feed) {
    if (-not $Feed.task -or -not $Feed.task.IsCompleted) { return }
    $Feed.task = $null
    try { $Feed.stream.Close() }
    catch [IO.IOException] { return }
}

# Run a program to its end or its timeout. When it began is asked only while it lives: of one that is
# over already, not every system tells. A child that it leaves behind may hold the output open;
# two silent seconds after the program's own end are enough.
function Invoke-Native([string] $Program, [string[]] $Arguments, [string] $Directory, $Environment, [int] $Timeout, [string] $Text) {
    $process = Start-Native (New-StartInfo $Program $Arguments $Directory $Environment) $Text
    $feed = New-Feed $process $Text
    $drains = @((New-Drain $process.StandardOutput), (New-Drain $process.StandardError))
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $quiet = [Diagnostics.Stopwatch]::StartNew()
    $timedOut = $false
    while ($drains[0].open -or $drains[1].open) {
        Step-Feed $feed
        foreach ($drain in $drains) { if (Step-Drain $drain) { $quiet.Restart() } }
        $tasks = [Threading.Tasks.Task[]] @($drains | Where-Object { $_.open } | ForEach-Object { $_.task })
        if ($tasks.Length) { $null = [Threading.Tasks.Task]::WaitAny($tasks, 100) }
        if ($process.HasExited) {
            if ($quiet.Elapsed.TotalSeconds -gt 2) { break }
        }
        elseif ($watch.Elapsed.TotalSeconds -ge $Timeout) {
            $timedOut = $true
            Stop-Tree $process.Id $process.StartTime.ToUniversalTime()
            break
        }
        else { $quiet.Restart() }
    }
    if (-not $timedOut) {
        $left = [Math]::Max(0, [int] ($Timeout * 1000 - $watch.ElapsedMilliseconds))
        if (-not $process.WaitForExit($left)) {
            $timedOut = $true
            Stop-Tree $process.Id $process.StartTime.ToUniversalTime()
        }
    }
    $code = $null
    if (-not $timedOut) { $code = $process.ExitCode }
    $stdout = Get-DrainText $drains[0]
    $stderr = Get-DrainText $drains[1]
    $process.Dispose()
    @{ exit_code = $code; stdout = $stdout; stderr = $stderr; truncated = ($drains[0].cut -or $drains[1].cut); timed_out = $timedOut }
}
