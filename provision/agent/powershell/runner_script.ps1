# A user's script, run in a runspace of its own; every stream is merged into one queue, whose order is
# the order of writing. The queue and the texts in it are bounded: a script that floods waits.

# A parameter's name stands as it is, so that switches bind by name; everything else is quoted, with
# the typographic quotation marks that PowerShell takes for plain ones.
function Format-Literal([string] $Argument) {
    if ($Argument -match '^-[A-Za-z_]\w*:?$' -or $Argument -match '^\$(true|false|null)$') { return $Argument }
    if ($Argument -match '^(-[A-Za-z_]\w*:)(.+)$') { return $Matches[1] + (Format-Literal $Matches[2]) }
    "'" + ($Argument -replace '[''\u2018\u2019\u201A\u201B]', '$0$0') + "'"
}

function New-Invocation([string] $Path, [string[]] $Arguments) {
    $words = @("'" + ($Path -replace '[''\u2018\u2019\u201A\u201B]', '$0$0') + "'") + @($Arguments | ForEach-Object { Format-Literal $_ })
    '& ' + ($words -join ' ')
}

function Start-Script($Request, $Queue) {
    $runspace = [Management.Automation.Runspaces.RunspaceFactory]::CreateRunspace()
    $runspace.Open()
    $null = $runspace.SessionStateProxy.Path.SetLocation([Management.Automation.WildcardPattern]::Escape($Request.directory))
    $shell = [PowerShell]::Create()
    $shell.Runspace = $runspace
    # Objects become text where they were made; Format-* hands out pieces that only make sense together.
    $null = $shell.AddScript('param($ProvisionQueue, $ProvisionLimit) ' + (New-Invocation $Request.path @($Request.arguments)) + ' *>&1 | & {
        begin { $batch = New-Object System.Collections.ArrayList }
        process {
            $item = $_
            if ($null -eq $item) { return }
            $time = [datetime]::UtcNow
            $type = $item.GetType()
            if ($item -is [string] -or ($type.Namespace -eq "System.Management.Automation" -and $type.Name -like "*Record")) { $text = $item }
            elseif ($type.FullName -like "Microsoft.PowerShell.Commands.Internal.Format.*") {
                $null = $batch.Add($item)
                if ($type.Name -ne "FormatEndData") { return }
                $text = ($batch.ToArray() | Microsoft.PowerShell.Utility\Out-String -Width 200).Trim("`r", "`n")
                $batch.Clear()
            }
            else { $text = ($item | Microsoft.PowerShell.Utility\Out-String -Width 200).Trim("`r", "`n") }
            if ($text -eq "") { $text = "$item" }
            if ($text -is [string] -and $text.Length -gt $ProvisionLimit) { $text = "... " + $text.Substring($text.Length - $ProvisionLimit) }
            $ProvisionQueue.Add(@($time, $text))
        }
    }')
    $null = $shell.AddArgument($Queue).AddArgument($script:TextLimit)
    $shell
}

function Invoke-Script($Request, $Exit) {
    $script:Seen = New-Object 'System.Collections.Generic.HashSet[string]'
    $script:Progress = ''
    $queue = New-Object 'System.Collections.Concurrent.BlockingCollection[object]' 500
    $console = Open-Console
    $shell = Start-Script $Request $queue
    $handle = $shell.BeginInvoke()
    $item = $null
    while ($true) {
        $done = $handle.IsCompleted
        $wait = 50
        if ($done) { $wait = 0 }
        $got = $queue.TryTake([ref] $item, $wait)
        while ($got) {
            Write-Item $item
            Write-Heartbeat
            $got = $queue.TryTake([ref] $item)
        }
        for ($i = 0; $i -lt 16 -and (Step-LineDrain $console.drain); $i++) { Write-Heartbeat }
        Write-ProgressRecord $shell
        Write-Heartbeat
        if ($done -and $queue.Count -eq 0) { break }
    }
    Close-Console $console
    $failure = $null
    try { $null = $shell.EndInvoke($handle) }
    catch { $failure = $_ }
    Write-Caught $shell.Runspace $failure
    if ($failure) {
        Write-Failure $failure
        $Exit.threw = $true
    }
    $code = $shell.Runspace.SessionStateProxy.GetVariable('LASTEXITCODE')
    if ($code -is [int]) { $Exit.exit_code = $code }
}

function Write-Item($Item) {
    $time, $record = $Item
    if ($record -is [Management.Automation.ErrorRecord]) {
        $data = ConvertTo-ErrorData $record
        if ($script:Seen.Count -lt 1000) { $null = $script:Seen.Add((Get-ErrorKey $data)) }
        Write-Record 'error' $data.message $data $time
    }
    elseif ($record -is [Management.Automation.WarningRecord]) { Write-Record 'warning' $record.Message $null $time }
    elseif ($record -is [Management.Automation.InformationalRecord]) { Write-Record 'verbose' $record.Message $null $time }
    elseif ($record -is [Management.Automation.InformationRecord]) { Write-Record 'information' "$($record.MessageData)" $null $time }
    else { Write-Record 'output' "$record" $null $time }
}

function Write-ProgressRecord($Shell) {
    $record = @($Shell.Streams.Progress.ReadAll()) | Select-Object -Last 1
    if (-not $record) { return }
    $text = @(@($record.Activity, $record.StatusDescription) | Where-Object { "$_".Trim() }) -join ': '
    if ($record.PercentComplete -ge 0) { $text += " ($($record.PercentComplete)%)" }
    if ($record.RecordType -eq 'Completed' -or $text -eq $script:Progress) { return }
    $script:Progress = $text
    Write-Record 'progress' $text
}

# Errors that the script caught, oldest first. Written again with Write-Error they lose their id and
# HRESULT, so these originals are what a diagnosis needs.
function Write-Caught($Runspace, $Failure) {
    if ($Failure) {
        $cause = Get-Cause $Failure
        if ($cause -is [Management.Automation.IContainsErrorRecord] -and $cause.ErrorRecord) {
            $null = $script:Seen.Add((Get-ErrorKey (ConvertTo-ErrorData $cause.ErrorRecord)))
        }
    }
    $errors = @($Runspace.SessionStateProxy.GetVariable('Error'))
    for ($i = $errors.Length - 1; $i -ge 0; $i--) {
        $record = $errors[$i]
        if ($record -is [Management.Automation.IContainsErrorRecord]) { $record = $record.ErrorRecord }
        if ($record -isnot [Management.Automation.ErrorRecord]) { continue }
        $data = ConvertTo-ErrorData $record
        if ($script:Seen.Add((Get-ErrorKey $data))) { Write-Record 'caught' $data.message $data }
    }
}
