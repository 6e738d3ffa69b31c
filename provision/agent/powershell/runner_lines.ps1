# Lines out of a stream of bytes, read in pieces by tasks of .NET: at most one piece and one line are
# held, however much comes.

function New-LineDrain([string] $Kind, [IO.Stream] $Stream) {
    $drain = @{ kind = $Kind; stream = $Stream; buffer = New-Object byte[] 65536; line = New-Object System.IO.MemoryStream; open = $true }
    $drain.task = $Stream.ReadAsync($drain.buffer, 0, $drain.buffer.Length)
    $drain
}

# Take what has arrived; $true if anything did.
function Step-LineDrain($Drain) {
    if (-not $Drain.open -or -not $Drain.task.IsCompleted) { return $false }
    $count = 0
    if (-not $Drain.task.IsFaulted) { $count = $Drain.task.Result }
    if ($count -eq 0) {
        $Drain.open = $false
        return $false
    }
    $start = 0
    while ($start -lt $count) {
        $room = [Math]::Min($count - $start, $script:TextLimit - [int] $Drain.line.Length)
        $end = [Array]::IndexOf($Drain.buffer, [byte] 10, $start, $room)
        $stop = $start + $room
        if ($end -ge 0) { $stop = $end }
        $Drain.line.Write($Drain.buffer, $start, $stop - $start)
        $start = $stop
        if ($end -ge 0) {
            Write-DrainLine $Drain $true
            $start++
        }
        elseif ($Drain.line.Length -ge $script:TextLimit) { Write-DrainLine $Drain }
    }
    $Drain.task = $Drain.stream.ReadAsync($Drain.buffer, 0, $Drain.buffer.Length)
    $true
}

# What is held becomes a record; nothing held is an empty line only where a line ended. A piece of a
# long line is not cut within a character of UTF-8.
function Write-DrainLine($Drain, [bool] $Ended) {
    if ($Drain.line.Length -eq 0 -and -not $Ended) { return }
    $bytes = $Drain.line.ToArray()
    $Drain.line.SetLength(0)
    $keep = 0
    if (-not $Ended -and $Drain.open) {
        while ($keep -lt 3 -and $keep -lt $bytes.Length -and ($bytes[$bytes.Length - 1 - $keep] -band 0xC0) -eq 0x80) { $keep++ }
        if ($keep -lt $bytes.Length -and $bytes[$bytes.Length - 1 - $keep] -ge 0xC0) { $keep++ } else { $keep = 0 }
    }
    $Drain.line.Write($bytes, $bytes.Length - $keep, $keep)
    if ($keep) { $bytes = $bytes[0..($bytes.Length - 1 - $keep)] }
    $text = ConvertFrom-ProgramBytes $bytes 0
    Write-Record $Drain.kind $text.TrimEnd("`r")
}

# Text that a script writes past PowerShell, straight to the console, goes through a pipe: who writes
# more than is taken waits.
function Open-Console {
    $pipe = New-Object System.IO.Pipes.AnonymousPipeServerStream ([IO.Pipes.PipeDirection]::Out)
    $end = New-Object System.IO.Pipes.AnonymousPipeClientStream ([IO.Pipes.PipeDirection]::In, $pipe.ClientSafePipeHandle)
    $writer = New-Object System.IO.StreamWriter $pipe, $script:Utf8
    $writer.AutoFlush = $true
    [Console]::SetOut($writer)
    @{ writer = $writer; drain = New-LineDrain 'output' $end }
}

function Close-Console($Console) {
    [Console]::SetOut([IO.TextWriter]::Null)
    $Console.writer.Dispose()
    while ($Console.drain.open) {
        $null = $Console.drain.task.Wait(200)
        if (-not (Step-LineDrain $Console.drain) -and $Console.drain.open) { break }
    }
    Write-DrainLine $Console.drain
}
