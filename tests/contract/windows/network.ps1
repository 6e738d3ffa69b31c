# Adapters, switches and NAT networks of the world.

function Get-NetAdapter {
    [CmdletBinding()]
    param()
    (Get-World).adapters | ForEach-Object {
        [pscustomobject] @{ Name = $_.name; InterfaceDescription = $_.description; ifIndex = $_.index; Status = $_.status; ConnectorPresent = -not $_.switch }
    }
}

function Get-NetIPAddress {
    [CmdletBinding()]
    param()
    [pscustomobject] @{ IPAddress = '127.0.0.1'; PrefixLength = 8; InterfaceIndex = 1 }
    [pscustomobject] @{ IPAddress = '::1'; PrefixLength = 128; InterfaceIndex = 1 }
    foreach ($adapter in (Get-World).adapters) {
        foreach ($address in $adapter.addresses) {
            $ip, $length = $address -split '/'
            if ($ip -like 'fe80*') { $ip += "%$($adapter.index)" }
            [pscustomobject] @{ IPAddress = $ip; PrefixLength = [int] $length; InterfaceIndex = $adapter.index }
        }
    }
}

function Get-NetRoute {
    [CmdletBinding()]
    param()
    [pscustomobject] @{ DestinationPrefix = '127.0.0.0/8'; NextHop = '0.0.0.0'; InterfaceAlias = 'Loopback Pseudo-Interface 1' }
    [pscustomobject] @{ DestinationPrefix = 'ff00::/8'; NextHop = '::'; InterfaceAlias = 'Loopback Pseudo-Interface 1' }
    foreach ($adapter in (Get-World).adapters | Where-Object { $_.gateway }) {
        foreach ($destination in @('0.0.0.0/0') + @($adapter.routes)) {
            [pscustomobject] @{ DestinationPrefix = $destination; NextHop = $adapter.gateway; InterfaceAlias = $adapter.name }
        }
    }
}

function Get-VMSwitch {
    [CmdletBinding()]
    param()
    (Get-World).switches | ForEach-Object { [pscustomobject] @{ Name = $_.name; SwitchType = $_.type } }
}

function Get-NetNat {
    [CmdletBinding()]
    param()
    (Get-World).nats | ForEach-Object { [pscustomobject] @{ Name = $_.name; InternalIPInterfaceAddressPrefix = $_.prefix } }
}

# Makes the switch, and says all the same what Hyper-V says.
function New-VMSwitch {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Name, [string] $SwitchType, [string] $NATSubnetAddress)
    $world = Get-World
    $index = [Math]::Max(16, (@($world.adapters.index) | Measure-Object -Maximum).Maximum + 1)
    $world.switches = @($world.switches) + [pscustomobject] @{
        noun = 'switch'; name = $Name; type = $SwitchType; nat_subnet = $NATSubnetAddress; adapter = ''
    }
    $world.adapters = @($world.adapters) + [pscustomobject] @{
        noun = 'adapter'; name = "vEthernet ($Name)"; description = 'Hyper-V Virtual Ethernet Adapter'; index = $index; status = 'Up'
        addresses = @($NATSubnetAddress -replace '\.0/', '.1/'); gateway = ''; routes = @(); switch = $Name
    }
    Set-World $world
    $PSCmdlet.WriteError((New-WorldError 'OperationFailed' 'Failed while adding virtual Ethernet switch connections.' 'NotSpecified'))
}

function New-NetNat {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Name, [string] $InternalIPInterfaceAddressPrefix)
    Edit-World 'nats' { param($nats) @($nats) + [pscustomobject] @{ noun = 'nat'; name = $Name; prefix = $InternalIPInterfaceAddressPrefix } }
}
