# Adapters, switches and NAT networks of the world.

function Get-NetAdapter {
    [CmdletBinding()]
    param()
    (Get-World).adapters | ForEach-Object {
        [pscustomobject] @{ Name = $_.name; InterfaceDescription = $_.description; ifIndex = $_.index; Status = $_.status }
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
