@{
    ModuleVersion     = '1.0'
    RootModule        = 'ContractWindows.psm1'
    FunctionsToExport = @('Get-WindowsFeature', 'Install-WindowsFeature', 'New-VMSwitch', 'New-NetNat', 'Restart-Computer', 'Stop-Computer')
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
}
