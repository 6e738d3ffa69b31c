# Which boot this is: the last boot time, which moves when the clock is set, and a token in a
# volatile registry key, which Windows itself forgets at every boot.

$script:TokenKey = 'SOFTWARE\provision-boot'

function Get-BootIdentity {
    $system = Get-CimInstance -ClassName Win32_OperatingSystem
    $time = Format-Seconds $system.LastBootUpTime
    [ordered] @{ boot_time = $time; token = Get-BootToken $time }
}

# Without an administrator's rights there may be no token; then the boot time has to do.
function Get-BootToken([string] $BootTime) {
    $token = Read-BootToken
    if ($token) { return $token }
    try { New-BootToken }
    catch {
        if ((Get-Cause $_) -is [UnauthorizedAccessException] -or (Get-Cause $_) -is [Security.SecurityException]) { return "boot-time-$BootTime" }
        throw
    }
}

function Read-BootToken {
    $key = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey($script:TokenKey)
    if (-not $key) { return '' }
    try { [string] $key.GetValue('token') }
    finally { $key.Dispose() }
}

function New-BootToken {
    $key = [Microsoft.Win32.Registry]::LocalMachine.CreateSubKey($script:TokenKey,
        [Microsoft.Win32.RegistryKeyPermissionCheck]::ReadWriteSubTree, [Microsoft.Win32.RegistryOptions]::Volatile)
    try {
        if (-not $key.GetValue('token')) { $key.SetValue('token', [Guid]::NewGuid().ToString()) }
        [string] $key.GetValue('token')
    }
    finally { $key.Dispose() }
}

function Get-BootState {
    $waiting = @(Get-Unsettled)
    [ordered] @{
        boot        = Get-BootIdentity
        time        = Format-Seconds ([datetime]::UtcNow)
        settled     = $waiting.Length -eq 0
        waiting_for = $waiting
    }
}

# A port answers long before Windows is usable. Winlogon makes AutoLogonChecked late in each boot,
# as a volatile key; the servicing stack finishes updates after a boot and may restart once more.
function Get-Unsettled {
    $windows = 'HKLM:\SOFTWARE\Microsoft\Windows'
    $servicing = "$windows\CurrentVersion\Component Based Servicing"
    if (-not (Test-Path -LiteralPath "$windows NT\CurrentVersion\Winlogon\AutoLogonChecked")) { 'logon' }
    if ((Test-Path -LiteralPath "$servicing\PackagesPending") -or (Test-ServicingBusy)) { 'servicing' }
    if (Test-Path -LiteralPath "$servicing\RebootInProgress") { 'restart_in_progress' }
    foreach ($name in 'Schedule', 'Winmgmt') {
        $service = Find-Service $name
        if ($service -and $service.StartMode -eq 'Auto' -and $service.State -ne 'Running') { 'services'; break }
    }
}

# The worker may sit there idle for minutes: only one that uses the processor counts.
function Test-ServicingBusy {
    $before = @(Get-Process -Name TiWorker -ErrorAction SilentlyContinue)
    if (-not $before) { return $false }
    $used = ($before | Measure-Object -Property CPU -Sum).Sum
    Start-Sleep -Milliseconds 300
    $after = @(Get-Process -Name TiWorker -ErrorAction SilentlyContinue)
    (($after | Measure-Object -Property CPU -Sum).Sum - $used) -gt 0.03
}
