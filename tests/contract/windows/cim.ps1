# The WMI classes that the agent asks for. Processes are the real ones of this machine.

function Get-CimInstance {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string] $ClassName, [string] $Filter)
    $world = Get-World
    switch ($ClassName) {
        'Win32_OperatingSystem' {
            [pscustomobject] @{
                Caption = $world.windows.caption; Version = $world.windows.version; BuildNumber = [string] $world.windows.build
                SystemDrive = 'C:'; LastBootUpTime = (Get-WorldTime $world $world.boot.began)
            }
        }
        'Win32_ComputerSystem' {
            [pscustomobject] @{
                Name = $world.windows.computer_name; NumberOfLogicalProcessors = $world.windows.processors
                TotalPhysicalMemory = $world.windows.memory_bytes
                Manufacturer = $world.windows.manufacturer; Model = $world.windows.model
                HypervisorPresent = $world.windows.hypervisor -or (Test-OwnHypervisor $world)
            }
        }
        # A hypervisor that runs on this Windows hides the processor's virtualization.
        'Win32_Processor' {
            $shown = $world.windows.virtualization -and -not (Test-OwnHypervisor $world)
            foreach ($socket in 1, 2) {
                [pscustomobject] @{ VirtualizationFirmwareEnabled = $shown; SecondLevelAddressTranslationExtensions = $shown }
            }
        }
        'Win32_LogicalDisk' { [pscustomobject] @{ DeviceID = 'C:'; FreeSpace = $world.disk.free_bytes } }
        'Win32_Service' { Get-WorldService $world $Filter }
        'Win32_Process' { Get-RealProcess $Filter }
        default { $PSCmdlet.ThrowTerminatingError((New-WorldError 'HRESULT 0x80041010' "Invalid class $ClassName")) }
    }
}

function Test-OwnHypervisor($World) {
    [bool] ($World.features | Where-Object { $_.name -eq 'Hyper-V' -and $_.installed -and -not $_.pending })
}

function Get-WorldTime($World, [double] $Seconds) {
    $epoch = $World.epoch
    if ($epoch -isnot [datetime]) { $epoch = [datetime]::Parse($epoch, [Globalization.CultureInfo]::InvariantCulture, 'AdjustToUniversal, AssumeUniversal') }
    $epoch.ToUniversalTime().AddSeconds($Seconds).ToLocalTime()
}

function Get-WorldService($World, [string] $Filter) {
    $modes = @{ automatic = 'Auto'; manual = 'Manual'; disabled = 'Disabled' }
    $states = @{ running = 'Running'; stopped = 'Stopped' }
    $name = ''
    if ($Filter -match "^Name = '(.*)'$") { $name = $Matches[1] -replace "\\([\\'])", '$1' }
    elseif ($Filter) { throw "the stub of Win32_Service does not know the filter $Filter" }
    $World.services | Where-Object { -not $Filter -or $_.name -eq $name } | ForEach-Object {
        [pscustomobject] @{ Name = $_.name; State = $states[$_.state]; StartMode = $modes[$_.start] }
    }
}

function Get-RealProcess([string] $Filter) {
    $ids = @([IO.Directory]::GetDirectories('/proc') | ForEach-Object { [IO.Path]::GetFileName($_) } | Where-Object { $_ -match '^\d+$' })
    if ($Filter -match '^ProcessId = (\d+)$') { $ids = @($Matches[1]) }
    foreach ($id in $ids) {
        try {
            $fields = ([IO.File]::ReadAllText("/proc/$id/stat") -replace '^.*\) ', '').Split(' ')
            if ($fields[0] -eq 'Z') { continue }
            $io = @{}
            foreach ($line in [IO.File]::ReadAllLines("/proc/$id/io")) { $io[$line.Split(':')[0]] = [long] $line.Split(':')[1] }
            [pscustomobject] @{
                ProcessId = [int] $id
                ParentProcessId = [int] $fields[1]
                CreationDate = [Diagnostics.Process]::GetProcessById([int] $id).StartTime
                UserModeTime = [long] $fields[11] * 100000
                KernelModeTime = [long] $fields[12] * 100000
                ReadTransferCount = $io.rchar
                WriteTransferCount = $io.wchar
            }
        }
        catch { continue }
    }
}
