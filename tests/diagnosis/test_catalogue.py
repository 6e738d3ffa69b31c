"""Each known issue is told from what it looks like, and from what only resembles it."""

from __future__ import annotations

import re

import pytest

from provision.diagnosis.catalogue import CATALOGUE
from provision.diagnosis.matching import Sighting, find_issues, issue_by_id

SWITCH = ",Microsoft.HyperV.PowerShell.Commands.NewVMSwitch"
ADD = "Failed while adding virtual Ethernet switch connections."

POSITIVE: dict[str, list[Sighting]] = {
    "vswitch-adapter-cannot-be-bound": [
        Sighting(f"{ADD}\nEthernet port '{{EC8}}' bind failed: Element not found. (0x80070490)."),
        Sighting("要素が見つかりません。 (0x80070490)", id=f"ObjectNotFound{SWITCH}"),
        Sighting("…", id=f"ObjectNotFound{SWITCH}", hresult="0x80070490"),
    ],
    "vswitch-lbfo-team": [
        Sighting(f"{ADD}\n\nAttaching a virtual switch to an LBFO team is deprecated. Switch …")
    ],
    "vswitch-hyperv-half-installed": [
        Sighting(
            f"{ADD} Switch port create failed, switch = 'A': Class not registered (0x80040154)"
        )
    ],
    "vswitch-adapter-driver": [
        Sighting("(optype = AddVirtualSwitchResourcesOperation, error = 0x80070002)")
    ],
    "vswitch-management-not-ready": [
        Sighting(
            "Failed while creating virtual Ethernet switch.\nSwitch create failed, name = 'F', "
            "friendly name = 'LabNet': Not found (0x80041002).",
            id=f"Unspecified{SWITCH}",
        ),
        Sighting("見つかりません (0x80041002)", id=f"Unspecified{SWITCH}"),
    ],
    "vswitch-nat-type-removed": [
        Sighting("Cannot bind parameter 'SwitchType'. Cannot convert value \"NAT\" to type …"),
        Sighting("…", id=f"CannotConvertArgumentNoMessage{SWITCH}"),
    ],
    "vswitch-add-failed": [
        Sighting(ADD),
        Sighting("仮想イーサネット スイッチ…", id=f"OperationFailed{SWITCH}"),
    ],
    "nat-left-over": [
        Sighting(
            "Unexpected NAT configuration.  Switch subnet (172.16.0.0/12) does not match NAT "
            "subnet (10.0.0.0/8)"
        )
    ],
    "nat-prefix-refused": [
        Sighting("New-NetNat : The parameter is incorrect."),
        Sighting("パラメーターが間違っています。", id="Windows System Error 87,New-NetNat"),
    ],
    "hns-network-gone": [Sighting("HNS failed with error : Element not found.")],
    "hns-network-refused": [
        Sighting("HNS failed with error : Failed to create network"),
        Sighting("HNS failed with error : Unspecified error"),
        Sighting("HNS failed with error: The parameter is incorrect."),
        Sighting("HNS failed with error : The object already exists."),
    ],
    "containers-feature-missing": [
        Sighting("hnsCall failed in Win32: Class not registered (0x80040154)"),
        Sighting("Failed to load vmcompute.dll: The specified module could not be found."),
    ],
    "package-provider-missing": [
        Sighting("Could not install ContainerProvider"),
        Sighting("Could not install ContainerImage provider"),
    ],
    "nuget-provider-unreachable": [
        Sighting("Unable to download from URI 'https://go.microsoft.com/fwlink/?LinkID=627338&c=1'")
    ],
    "tls-refused": [Sighting("The request was aborted: Could not create SSL/TLS secure channel.")],
    "no-connected-network": [
        Sighting("No connected network"),
        Sighting("Network not connected after 5 minutes"),
    ],
    "docker-daemon-slow": [Sighting("Docker Daemon did not start successfully within 1 minute.")],
    "docker-image-not-found": [
        Sighting("Could not find Docker image to match 'windowsservercore'")
    ],
    "docker-cannot-stat-rtbackup": [
        Sighting(r"can't stat '\\?\C:\Windows\System32\LogFiles\WMI\RtBackup'")
    ],
    "docker-service-down": [
        Sighting("open //./pipe/docker_engine: The system cannot find the file specified.")
    ],
    "installer-not-elevated": [Sighting("You must run this script as administrator")],
    "installer-adapter-unknown": [
        Sighting("No adapters found that match the name Ethernet7"),
        Sighting(
            "One or more external networks are configured, but not on the requested adapter (X)"
        ),
    ],
    "installer-wim-missing": [Sighting("Cannot copy from invalid WimPath C:\\x.wim")],
    "installer-nano-feature-missing": [
        Sighting("This NanoServer deployment does not include Containers.  Please add the package")
    ],
    "installer-client-windows": [Sighting("Ran on client without -IgnoreClient flag.")],
    "container-libpcap-no-device": [
        Sighting("PacketGetAdapterNames: The data area passed to a system call is too small. (122)")
    ],
    "container-path-rejected": [
        Sighting(
            r"GetFileAttributesEx \\?\Volume{ab-12}\C:: The filename, directory name, or volume "
            "label syntax is incorrect."
        )
    ],
    "network-logon-refused": [
        Sighting("DISM failed. Access is denied. (0x80070005)"),
        Sighting("…", id="WindowsUpdateError", hresult="0x80070005"),
    ],
    "too-few-processors": [Sighting("container x failed to start: timeout (0x800705B4)")],
    "disk-full": [
        Sighting("ディスクに十分な空き領域がありません。", hresult="0x80070070"),
        Sighting("There is not enough space on the disk."),
        Sighting("…", id="DiskFull"),
    ],
}

NEAR_MISS: dict[str, Sighting] = {
    "vswitch-adapter-cannot-be-bound": Sighting("Element not found. (0x80070490)", id="X,Get-Item"),
    "vswitch-lbfo-team": Sighting("The LBFO team 'Team1' was created"),
    "vswitch-hyperv-half-installed": Sighting("Class not registered (0x80040154)", id="X,Y"),
    "vswitch-adapter-driver": Sighting("error = 0x80070002", id="X,Get-Content"),
    "vswitch-management-not-ready": Sighting("Not found (0x80041002)", id="X,Get-WmiObject"),
    "vswitch-nat-type-removed": Sighting('Cannot convert value "NAT" to type int'),
    "vswitch-add-failed": Sighting("x", id=f"ParameterBindingFailed{SWITCH}"),
    "nat-left-over": Sighting("Unexpected NAT configuration."),
    "nat-prefix-refused": Sighting("The parameter is incorrect.", id="Windows System Error 87,X"),
    "hns-network-gone": Sighting("Element not found."),
    "hns-network-refused": Sighting("HNS failed with error : Access is denied."),
    "containers-feature-missing": Sighting("loaded vmcompute.dll"),
    "package-provider-missing": Sighting("Installing ContainerProvider package..."),
    "nuget-provider-unreachable": Sighting("Unable to download from URI 'https://example.com/'"),
    "tls-refused": Sighting("The request was aborted: The operation has timed out."),
    "no-connected-network": Sighting("Network connected after 2 minutes"),
    "docker-daemon-slow": Sighting("Waiting for Docker daemon..."),
    "docker-image-not-found": Sighting("Could not find Docker image"),
    "docker-cannot-stat-rtbackup": Sighting(r"can't stat 'C:\x'"),
    "docker-service-down": Sighting("open //./pipe/docker_engine"),
    "installer-not-elevated": Sighting("Run as administrator"),
    "installer-adapter-unknown": Sighting("No adapters found"),
    "installer-wim-missing": Sighting("Copying WimPath C:\\x.wim"),
    "installer-nano-feature-missing": Sighting("This deployment includes Containers"),
    "installer-client-windows": Sighting("Ran on client with -IgnoreClient flag."),
    "container-libpcap-no-device": Sighting("The data area passed to a system call is too small."),
    "container-path-rejected": Sighting(
        "The filename, directory name, or volume label syntax is incorrect."
    ),
    "network-logon-refused": Sighting("Access is denied", id="X,Remove-Item", hresult="0x80070005"),
    "too-few-processors": Sighting("container x failed to start (0x80070490)"),
    "disk-full": Sighting("There is not enough memory.", hresult="0x8007000E"),
}

INNOCENT = """\
Querying status of Windows feature: Containers...
Enabling feature Containers...
A reboot is required; stopping script execution
Restart is required; restarting now...
Registering script to re-run at next user logon...
Waiting for Hyper-V Management...
Enabling container networking...
Creating container switch (NAT)...
Creating NAT for 172.16.0.0/12...
Networking is already configured.  Confirming configuration...
Installing ContainerProvider package...
Installing ContainerImage provider...
Getting Container OS image (WindowsServerCore) version 10.0.10586.0 from OneGet (this may …)...
Container base image install complete.  Querying container images...
Waiting for VMMS to return image at (01/16/2016 11:02:03)...
Installing Docker...
This script uses a third party tool: NSSM. For more information, see https://nssm.cc/usage
Waiting for Docker daemon...
Successfully connected to Docker Daemon.
Tagging new base image (6801d964fda5)...
windowsservercore   10.0.10586.0        6801d964fda5        11 weeks ago        0 B
Script complete!
Ethernet adapter vEthernet (Virtual Switch):
"""


def test_every_issue_has_a_positive_and_a_near_miss():
    ids = [issue.id for issue in CATALOGUE]
    assert len(set(ids)) == len(ids)
    assert set(POSITIVE) == set(ids)
    assert set(NEAR_MISS) == set(ids)


@pytest.mark.parametrize(
    ("issue", "seen"), [(issue, seen) for issue, all_ in POSITIVE.items() for seen in all_]
)
def test_positive(issue, seen):
    found = [finding.issue.id for finding in find_issues([seen])]
    assert found[0] == issue


@pytest.mark.parametrize("issue", sorted(NEAR_MISS))
def test_near_miss(issue):
    assert issue not in [finding.issue.id for finding in find_issues([NEAR_MISS[issue]])]


def test_innocent_lines_have_no_finding():
    seen = [Sighting(line, kind="output") for line in INNOCENT.splitlines()]
    assert find_issues(seen) == ()


@pytest.mark.parametrize("issue", CATALOGUE, ids=lambda issue: issue.id)
def test_entries_are_complete(issue):
    assert re.fullmatch(r"[a-z0-9-]+", issue.id)
    assert issue.patterns
    for text in (issue.title, issue.cause, issue.remedy, issue.source):
        assert text.strip()
    assert issue.remedy.endswith((".", ")"))
    assert issue.generations <= {"tp4", "tp5", "rtm"}
    for pattern in issue.patterns:
        assert any((pattern.text, pattern.id, pattern.hresult, pattern.exit_code is not None))
        if pattern.hresult:
            assert re.fullmatch(r"0x[0-9A-F]{8}", pattern.hresult)


def test_an_issue_by_its_id():
    assert issue_by_id("vswitch-add-failed").warning_if == ("switch", "adapter")
    with pytest.raises(KeyError):
        issue_by_id("nope")
