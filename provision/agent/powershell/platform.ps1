# The machine below Windows: what it offers to containers and to virtual machines.

function Get-Platform {
    $system = Get-CimInstance -ClassName Win32_OperatingSystem
    $computer = Get-CimInstance -ClassName Win32_ComputerSystem
    $processor = Get-CimInstance -ClassName Win32_Processor | Select-Object -First 1
    [ordered] @{
        build                    = [int] $system.BuildNumber
        revision                 = [int] (Get-RegistryValue 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion' 'UBR')
        processors               = [int] $computer.NumberOfLogicalProcessors
        memory_bytes             = [long] $computer.TotalPhysicalMemory
        manufacturer             = [string] $computer.Manufacturer
        model                    = [string] $computer.Model
        firmware_virtualization  = [bool] $processor.VirtualizationFirmwareEnabled
        second_level_translation = [bool] $processor.SecondLevelAddressTranslationExtensions
        hypervisor               = [bool] $computer.HypervisorPresent
    }
}
