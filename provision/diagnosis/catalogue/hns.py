"""The Host Networking Service, which makes docker's networks from TP5 on."""

from __future__ import annotations

from provision.diagnosis.issue import KnownIssue, Pattern

_CALL = r"hnsCall failed in Win32: .{0,160}"
"""What follows is the message in the host's language, and then the code."""

HNS: tuple[KnownIssue, ...] = (
    KnownIssue(
        id="containers-feature-missing",
        title="The feature Containers is missing",
        patterns=(
            Pattern(text=_CALL + r"(Class not registered|\(0x80040154\))"),
            Pattern(text=r"hnsCall.{0,40}Class not registered"),
            Pattern(text=r"Failed to load vmcompute\.dll"),
            Pattern(text=r"a required service is not installed, ensure the Containers feature"),
        ),
        cause="Docker runs, but Windows' own part of containers is not installed.",
        remedy="Install the feature Containers and restart the host.",
        source="MicrosoftDocs/Virtualization-Documentation#1270; PowerShell/ContainerProvider#10",
    ),
    KnownIssue(
        id="hns-not-started",
        title="The Host Networking Service does not run",
        patterns=(
            Pattern(text=_CALL + r"\(0x426\)"),
            Pattern(text=_CALL + r"The service has not been started"),
        ),
        cause="A service that container networks need is stopped or disabled; that of the virtual "
        "switch counts too.",
        remedy="Start the service hns and look at its dependencies (Get-Service hns "
        "-RequiredServices), then start docker.",
        source="docker/for-win#8226",
        since="tp5",
    ),
    KnownIssue(
        id="hns-network-gone",
        title="A container network did not survive the restart",
        patterns=(
            Pattern(text=_CALL + r"\(0x490\)"),
            Pattern(text=r"HNS failed with error ?: Element not found"),
            Pattern(text=_CALL + r"Element not found"),
        ),
        cause="HNS knows a network whose switch is gone, or has not come up yet.",
        remedy="Try once more; if it stays, remove the network and make it again (docker network "
        "rm and create), or restart hns and docker.",
        source="docker/for-win#4600; docker/for-win#5999; moby/moby#37754",
        since="tp5",
    ),
    KnownIssue(
        id="hns-network-refused",
        title="HNS cannot make a container network",
        patterns=(
            Pattern(
                text=r"HNS failed with error ?: (Failed to create (network|endpoint)|"
                r"Unspecified error|The parameter is incorrect|The object already exists|"
                r"\{Object Exists\})"
            ),
        ),
        cause="What is left of an earlier network is in the way.",
        remedy="Stop docker and hns, remove the NAT (Get-NetNat | Remove-NetNat) and the container "
        "networks (Get-ContainerNetwork | Remove-ContainerNetwork -Force), start both again.",
        source="docker/for-win#1165; docker/for-win#726; moby/moby#30280; moby/moby#34018; "
        "moby/moby#32750; MicrosoftDocs/Virtualization-Documentation#273",
        since="tp5",
    ),
    KnownIssue(
        id="hns-port-in-use",
        title="A published port is taken on the host",
        patterns=(
            Pattern(text=_CALL + r"\(0x20\)"),
            Pattern(
                text=r"HNS failed with error ?: The process cannot access the file because it is "
                r"being used by another process"
            ),
        ),
        cause="Something else listens on the host's port, though the message speaks of a file.",
        remedy="Find the owner (Get-NetTCPConnection -LocalPort PORT), stop it, or publish another "
        "port.",
        source="docker/for-win#1745; docker/for-win#3893; docker/for-win#2213",
        since="tp5",
    ),
    KnownIssue(
        id="hns-port-exists",
        title="A port of the virtual switch exists already",
        patterns=(Pattern(text=_CALL + r"\(0x803b0013\)"),),
        cause="An endpoint of a container that ended badly is left behind.",
        remedy="Remove the stopped container, or restart the services hns and docker.",
        source="moby/moby#41094",
        since="rtm",
    ),
    KnownIssue(
        id="hns-adapter-not-found",
        title="HNS finds no network adapter to use",
        patterns=(Pattern(text=_CALL + r"\(0x803b0006\)"),),
        cause="The network names an adapter that is gone or down, or one that cannot carry it.",
        remedy="Look at Get-NetAdapter; make the network again, naming an adapter that is up.",
        source="moby/moby#41094",
        since="rtm",
    ),
    KnownIssue(
        id="hns-network-name-taken",
        title="A container network of this name exists already",
        patterns=(
            Pattern(hresult="0x803B0010"),
            Pattern(text=r"A network with this name already exists"),
        ),
        cause="HNS has it, though the tool that asks does not see it.",
        remedy="Restart the service hns, or remove the network (Get-HnsNetwork | where Name -eq "
        "NAME | Remove-HnsNetwork).",
        source="microsoft/hcsshim#850; kubernetes-sigs/sig-windows-tools#106",
        since="rtm",
    ),
    KnownIssue(
        id="hns-degraded",
        title="HNS calls its own network degraded",
        patterns=(
            Pattern(
                text=r"HNS failed.{0,60}(attempt was made to perform an action in a degraded|"
                r"bewerking uit te voeren op een verslechterd)"
            ),
        ),
        cause="Another program on the host has changed the network under HNS.",
        remedy="Restart hns and docker; if it stays so, remove the container networks and let "
        "docker make them again.",
        source="docker/for-win#3558",
        since="rtm",
    ),
    KnownIssue(
        id="hns-network-being-deleted",
        title="HNS is still removing an earlier network",
        patterns=(
            Pattern(
                text=r"HNS failed with error ?: (The file cannot be opened because it is in the "
                r"process of being deleted|不能打开文件.{1,6}因为它正在被删除)"
            ),
        ),
        cause="The removal of a network never came to its end.",
        remedy="Stop docker, remove container networks, NAT and switch, start docker. If that does "
        "not help, remove the feature Containers, restart, and install it again.",
        source="moby/moby#34498",
        since="rtm",
    ),
    KnownIssue(
        id="hns-policy-not-found",
        title="HNS lacks a policy of overlay networks",
        patterns=(Pattern(text=r"HNS failed with error ?: An expected policy was not found"),),
        cause="Overlay networks need Windows Server 2019 with the update KB4489899 or a later one.",
        remedy="Update the host, or use another kind of network.",
        source="microsoft/SDN#273",
        since="rtm",
        until="2019",
    ),
)
