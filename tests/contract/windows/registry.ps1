# HKLM of the world, for the provider cmdlets and for .NET. Volatile keys that the agent makes live
# beside the world's file and are forgotten when its boot changes.

function Find-RegistryKey([string] $Path) {
    (Get-World).registry | Where-Object { $_.path -eq $Path } | Select-Object -First 1
}

function Test-Path {
    [CmdletBinding()]
    param([Parameter(Position = 0)] [string[]] $Path, [string[]] $LiteralPath, [string] $PathType)
    $asked = [string] (@($LiteralPath) + @($Path) | Where-Object { $_ } | Select-Object -First 1)
    if ($asked -notlike 'HKLM:*') { return Microsoft.PowerShell.Management\Test-Path @PSBoundParameters }
    $inside = "$asked\"
    [bool] ((Get-World).registry | Where-Object { $_.path -eq $asked -or $_.path.StartsWith($inside, 'OrdinalIgnoreCase') }) -or $asked -like '*\Cryptography'
}

function Get-ItemProperty {
    [CmdletBinding()]
    param([Parameter(Position = 0)] [string[]] $Path, [string[]] $LiteralPath)
    $asked = [string] (@($LiteralPath) + @($Path) | Where-Object { $_ } | Select-Object -First 1)
    if ($asked -notlike 'HKLM:*') { return Microsoft.PowerShell.Management\Get-ItemProperty @PSBoundParameters }
    if ($asked -like '*\Cryptography') { return [pscustomobject] @{ MachineGuid = (Get-World).windows.machine_id } }
    $key = Find-RegistryKey $asked
    if ($key) { $key.values }
    elseif (Test-Path -LiteralPath $asked) { [pscustomobject] @{} }
    else { $PSCmdlet.WriteError((New-WorldError 'PathNotFound' "Cannot find path '$asked' because it does not exist.")) }
}

class ContractKey {
    [string] $File
    ContractKey([string] $file) { $this.File = $file }
    [object] GetValue([string] $name) {
        return (ConvertFrom-Json -InputObject ([IO.File]::ReadAllText($this.File))).$name
    }
    [void] SetValue([string] $name, [object] $value) {
        $data = ConvertFrom-Json -InputObject ([IO.File]::ReadAllText($this.File))
        $data | Add-Member -MemberType NoteProperty -Name $name -Value $value -Force
        [IO.File]::WriteAllText($this.File, (ConvertTo-Json -InputObject $data))
    }
    [void] Dispose() { }
}

class ContractHive {
    [string] Place() { return "$env:PROVISION_WORLD.volatile" }
    [bool] Alive() {
        if (-not [IO.File]::Exists($this.Place())) { return $false }
        return (ConvertFrom-Json -InputObject ([IO.File]::ReadAllText($this.Place()))).boot -eq (Get-World).boot.number
    }
    [object] OpenSubKey([string] $name) {
        if ($this.Alive()) { return [ContractKey]::new($this.Place()) }
        return $null
    }
    [object] CreateSubKey([string] $name, [object] $check, [object] $options) {
        $world = Get-World
        if (-not $world.account.elevated) { throw [UnauthorizedAccessException]::new("Access to the registry key '$name' is denied.") }
        if ("$options" -ne 'Volatile') { throw "the key $name would outlive a boot" }
        if (-not $this.Alive()) { [IO.File]::WriteAllText($this.Place(), (ConvertTo-Json -InputObject @{ boot = $world.boot.number })) }
        return [ContractKey]::new($this.Place())
    }
}

class ContractRegistry {
    static [ContractHive] $LocalMachine = [ContractHive]::new()
}

class ContractIdentity {
    [string] $Name
    [object[]] $Groups
    static [ContractIdentity] GetCurrent() {
        $account = (Get-World).account
        $identity = [ContractIdentity]::new()
        $identity.Name = $account.user
        $identity.Groups = @([pscustomobject] @{ Value = 'S-1-5-11' })
        if ($account.elevated) { $identity.Groups += [pscustomobject] @{ Value = 'S-1-5-32-544' } }
        return $identity
    }
}

& {
    $accelerators = [psobject].Assembly.GetType('System.Management.Automation.TypeAccelerators')
    $accelerators::Add('Microsoft.Win32.Registry', [ContractRegistry])
    $accelerators::Add('Security.Principal.WindowsIdentity', [ContractIdentity])
}
