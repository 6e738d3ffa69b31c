function Get-SelfTest {
    $identity = [Security.Principal.WindowsIdentity]::GetCurrent()
    $mode = [string] $ExecutionContext.SessionState.LanguageMode
    $checks = @(
        (New-SelfCheck 'powershell' ($PSVersionTable.PSVersion.Major -ge 5) ([string] $PSVersionTable.PSVersion))
        (New-SelfCheck 'elevated' (Test-Elevated $identity) $identity.Name)
        (New-SelfCheck 'language_mode' ($mode -eq 'FullLanguage') $mode)
        (Test-Thing 'data_folder' {
            $path = Join-Path (Get-DataFolder) "selftest-$([Guid]::NewGuid().ToString('N'))"
            Write-WholeFile $path @()
            [IO.File]::Delete($path)
            Get-DataFolder
        })
        (Test-Thing 'scheduled_tasks' {
            $missing = @('Register-ScheduledTask', 'Start-ScheduledTask', 'Get-ScheduledTask', 'Unregister-ScheduledTask' | Where-Object { -not (Test-Command $_) })
            if ($missing) { throw "missing: $($missing -join ', ')" }
            'the cmdlets exist'
        })
        (Test-Thing 'volatile_key' {
            $token = (Get-BootIdentity).token
            if ($token -like 'boot-time-*') { throw 'the registry key cannot be made' }
            $token
        })
    )
    [ordered] @{ checks = $checks }
}

function New-SelfCheck([string] $Check, [bool] $Passed, [string] $Found) {
    [ordered] @{ check = $Check; passed = $Passed; found = $Found }
}

function Test-Thing([string] $Check, [scriptblock] $Try) {
    try { New-SelfCheck $Check $true (& $Try) }
    catch { New-SelfCheck $Check $false (Get-Cause $_).Message }
}
