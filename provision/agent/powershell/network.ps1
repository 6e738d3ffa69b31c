# The virtual network, as Windows' own modules see it; a module that is missing has nothing to list.

function Format-Address($Address) {
    # An IPv6 address may name its interface after a percent sign.
    "$($Address.IPAddress -replace '%.*$', '')/$($Address.PrefixLength)"
}

function Get-SwitchList {
    $switches = @()
    if (Test-Command 'Get-VMSwitch') {
        $switches = @(Get-VMSwitch | ForEach-Object { [ordered] @{ name = [string] $_.Name; type = [string] $_.SwitchType } })
    }
    [ordered] @{ switches = @(Get-Sorted $switches { $_.name }) }
}

function Get-AdapterList {
    $addresses = @(Get-NetIPAddress)
    $adapters = @(Get-NetAdapter | ForEach-Object {
        $index = $_.ifIndex
        [ordered] @{
            name        = [string] $_.Name
            description = [string] $_.InterfaceDescription
            status      = [string] $_.Status
            connector   = [bool] $_.ConnectorPresent
            addresses   = @($addresses | Where-Object { $_.InterfaceIndex -eq $index } | ForEach-Object { Format-Address $_ })
        }
    })
    [ordered] @{ adapters = @(Get-Sorted $adapters { $_.name }) }
}

# Only those through a gateway: the others follow from the adapters' addresses.
function Get-RouteList {
    $routes = @(Get-NetRoute | Where-Object { $_.NextHop -and $_.NextHop -notin '0.0.0.0', '::' } | ForEach-Object {
        [ordered] @{ destination = [string] $_.DestinationPrefix; gateway = [string] $_.NextHop; adapter = [string] $_.InterfaceAlias }
    })
    [ordered] @{ routes = @(Get-Sorted $routes { "$($_.destination)`0$($_.adapter)" }) }
}

function Get-NatList {
    $nats = @()
    if (Test-Command 'Get-NetNat') {
        $nats = @(Get-NetNat | ForEach-Object { [ordered] @{ name = [string] $_.Name; prefix = [string] $_.InternalIPInterfaceAddressPrefix } })
    }
    [ordered] @{ nats = @(Get-Sorted $nats { $_.name }) }
}
