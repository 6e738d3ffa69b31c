# Behaves as the TP4 installer in short, so that its run here and the simulator's can be compared.
[CmdletBinding()]
param(
    [string] $DockerPath, [string] $ExternalNetAdapter, [switch] $HyperV, [string] $NATSubnetPrefix = '172.16.0.0/12',
    [switch] $NoRestart, [switch] $SkipDocker, [switch] $SkipImageImport, [switch] $UseDHCP, [string] $WimPath
)

$marker = Join-Path (Get-Location) 'Install-ContainerHost.err'
[IO.File]::WriteAllText($marker, '')
Write-Output 'Querying status of Windows feature: Containers...'
$feature = Get-WindowsFeature -Name Containers
if ($feature.Installed) {
    Write-Output 'Feature Containers is already enabled.'
}
else {
    Write-Output 'Enabling feature Containers...'
    $result = Install-WindowsFeature -Name Containers
    if ($result.RestartNeeded -eq 'Yes' -and $NoRestart) {
        Write-Warning 'A reboot is required; stopping script execution'
        exit
    }
}
Write-Output 'Waiting for Hyper-V Management...'
Write-Output 'Enabling container networking...'
Write-Output 'Creating container switch (NAT)...'
New-VMSwitch -Name 'Virtual Switch' -SwitchType NAT -NATSubnetAddress $NATSubnetPrefix
Write-Output "Creating NAT for $NATSubnetPrefix..."
New-NetNat -Name ContainerNAT -InternalIPInterfaceAddressPrefix $NATSubnetPrefix
Remove-Item -LiteralPath $marker
Write-Output 'Script complete!'
