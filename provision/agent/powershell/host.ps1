function Get-HostFacts {
    $system = Get-CimInstance -ClassName Win32_OperatingSystem
    $computer = Get-CimInstance -ClassName Win32_ComputerSystem
    $drive = Get-CimInstance -ClassName Win32_LogicalDisk -Filter "DeviceID = '$($system.SystemDrive)'"
    $identity = [Security.Principal.WindowsIdentity]::GetCurrent()
    [ordered] @{
        computer_name      = [string] $computer.Name
        machine_id         = [string] (Get-ItemProperty -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Cryptography').MachineGuid
        os_caption         = ([string] $system.Caption).Trim()
        os_version         = Get-WholeVersion $system
        os_build           = [int] $system.BuildNumber
        culture            = [string] (Get-UICulture).Name
        powershell_version = [string] $PSVersionTable.PSVersion
        processors         = [int] $computer.NumberOfLogicalProcessors
        memory_bytes       = [long] $computer.TotalPhysicalMemory
        free_disk_bytes    = [long] $drive.FreeSpace
        user               = [string] $identity.Name
        elevated           = Test-Elevated $identity
        addresses          = @(Get-Addresses)
        pending_restart    = @(Get-PendingRestart)
        time               = Format-Seconds ([datetime]::UtcNow)
        boot               = Get-BootIdentity
    }
}

# Windows keeps the fourth part, which updates raise, in the registry alone.
function Get-WholeVersion($System) {
    $revision = [int] (Get-RegistryValue 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion' 'UBR')
    if ($revision) { "$($System.Version).$revision" } else { [string] $System.Version }
}

# A filtered token holds the administrators' group for denying only, and .NET leaves it out.
function Test-Elevated($Identity) {
    @($Identity.Groups | ForEach-Object { $_.Value }) -contains 'S-1-5-32-544'
}

function Get-Addresses {
    Get-NetIPAddress |
        Where-Object { $_.IPAddress -notmatch '^127\.' -and $_.IPAddress -ne '::1' } |
        ForEach-Object { Format-Address $_ }
}

# Why Windows wants a restart, from the places where its parts say so.
function Get-PendingRestart {
    $windows = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion'
    $control = 'HKLM:\SYSTEM\CurrentControlSet\Control'
    if (Test-Path -LiteralPath "$windows\Component Based Servicing\RebootPending") { 'servicing' }
    if (Test-Path -LiteralPath "$windows\WindowsUpdate\Auto Update\RebootRequired") { 'windows_update' }
    if (@(Get-RegistryValue "$control\Session Manager" 'PendingFileRenameOperations' | Where-Object { $_ })) { 'file_rename' }
    $active = Get-RegistryValue "$control\ComputerName\ActiveComputerName" 'ComputerName'
    $next = Get-RegistryValue "$control\ComputerName\ComputerName" 'ComputerName'
    if ($active -and $next -and $active -ne $next) { 'computer_rename' }
}

function Get-RegistryValue([string] $Path, [string] $Name) {
    if (-not (Test-Path -LiteralPath $Path)) { return }
    (Get-ItemProperty -LiteralPath $Path).$Name
}
