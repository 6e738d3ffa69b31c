"""Hyper-V's virtual switch.

The ids are those that Hyper-V's cmdlets were reported to give: `ObjectNotFound` for an adapter
that cannot be bound, `Unspecified` for a switch that cannot be created, else `OperationFailed`;
what TP4 gave is not known. A rejected parameter has an id of PowerShell's own and is another
matter.
"""

from __future__ import annotations

from provision.diagnosis.issue import KnownIssue, Pattern

_COMMAND = r",Microsoft\.HyperV\.PowerShell\.Commands\.(New|Set|Add)VMSwitch"

SWITCH: tuple[KnownIssue, ...] = (
    KnownIssue(
        id="vswitch-adapter-cannot-be-bound",
        title="The virtual switch cannot be bound to this network adapter",
        patterns=(
            Pattern(id=_COMMAND, hresult="0x80070490"),
            Pattern(text=r"bind failed: Element not found"),
        ),
        cause="Wi-Fi adapters and some guests' virtual adapters do not let a switch bind to them.",
        remedy="Choose another adapter for the switch (-ExternalNetAdapter), or give the VM one of "
        "another type (E1000E or VMXNET3 in VMware, Intel PRO/1000 in VirtualBox).",
        source="canonical/multipass#3207; pawelgnatowski/WSL2-Network-Fix#9",
    ),
    KnownIssue(
        id="vswitch-lbfo-team",
        title="A virtual switch may not be attached to an LBFO team",
        patterns=(Pattern(text=r"Attaching a virtual switch to an LBFO team is deprecated"),),
        cause="LBFO teams below virtual switches were withdrawn in Windows Server 2022.",
        remedy="Use Switch Embedded Teaming, or take the adapter out of its team.",
        source="https://aka.ms/LBFODeprecation; eryph-org/eryph#139",
    ),
    KnownIssue(
        id="vswitch-hyperv-half-installed",
        title="Hyper-V is only half installed",
        patterns=(
            Pattern(id=_COMMAND, hresult="0x80040154"),
            Pattern(text=r"Switch port create failed.{0,120}Class not registered"),
        ),
        cause="A class that Hyper-V's switch needs is not registered.",
        remedy="Remove the feature Hyper-V, restart, install it again, restart.",
        source="https://github.com/Azure/AzureLocal-Supportability",
    ),
    KnownIssue(
        id="vswitch-adapter-driver",
        title="The network adapter's driver refuses the virtual switch",
        patterns=(
            Pattern(id=_COMMAND, hresult="0x80070002"),
            Pattern(text=r"AddVirtualSwitchResourcesOperation, error = 0x80070002"),
        ),
        cause="The driver cannot give the switch what it asks for.",
        remedy="Update or exchange the adapter's driver; in a VM, its adapter type.",
        source="Hyper-V VMMS networking log, as reported by users",
    ),
    KnownIssue(
        id="vswitch-management-not-ready",
        title="Hyper-V's management service is not ready yet",
        patterns=(
            Pattern(id=_COMMAND, hresult="0x80041002"),
            Pattern(text=r"Failed while creating virtual Ethernet switch.{0,200}Not found"),
        ),
        cause="The switch's WMI objects do not exist yet, most often too soon after a restart.",
        remedy="Restart the host and run again.",
        source="pluralsight/PS-AutoLab-Env#132",
    ),
    KnownIssue(
        id="vswitch-nat-type-removed",
        title="New-VMSwitch knows no -SwitchType NAT any more",
        patterns=(
            Pattern(id=r"^(CannotConvertArgument|ParameterArgument)\w*" + _COMMAND),
            Pattern(text=r"(bind|convert).{0,40}'SwitchType'.{0,60}\"NAT\""),
        ),
        cause="TP5 removed the NAT switch type: docker makes the network there.",
        remedy="Use the Install-ContainerHost.ps1 of this Windows' own generation.",
        source="Install-ContainerHost.ps1, TP4 compared with TP5",
        since="tp5",
    ),
    KnownIssue(
        id="vswitch-add-failed",
        title="Hyper-V reported that adding the virtual switch failed",
        patterns=(
            Pattern(id=r"^(?!CannotConvert|Parameter|NamedParameter|AmbiguousPar)\w+" + _COMMAND),
            Pattern(text=r"Failed while adding virtual Ethernet switch connections"),
        ),
        cause="Hyper-V gives this error when it cannot tell that the switch's connections came "
        "up; on TP4 it does so although the switch works.",
        remedy="Look for the switch and its vEthernet adapter (Get-VMSwitch, ipconfig). If they "
        "are missing, remove what is left of the switch, restart, and run again.",
        source="Install-ContainerHost.ps1 on TP4, first user's report",
        warning_if=("switch", "adapter"),
        superficial=True,
        follows=(
            "vswitch-adapter-cannot-be-bound",
            "vswitch-lbfo-team",
            "vswitch-hyperv-half-installed",
            "vswitch-adapter-driver",
        ),
        harmless="Nothing needs to be done: the switch and its vEthernet adapter were verified.",
    ),
)
