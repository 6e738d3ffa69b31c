"""The Host Networking Service, which makes docker's networks from TP5 on."""

from __future__ import annotations

from provision.diagnosis.issue import KnownIssue, Pattern

HNS: tuple[KnownIssue, ...] = (
    KnownIssue(
        id="hns-network-gone",
        title="A container network did not survive the restart",
        patterns=(Pattern(text=r"HNS failed with error ?: Element not found"),),
        cause="HNS knows a network whose switch is gone.",
        remedy="Remove the network and make it again (docker network rm and create), or restart "
        "hns and docker.",
        source="moby/moby and docker/for-win issues on HNS",
    ),
    KnownIssue(
        id="hns-network-refused",
        title="HNS cannot make a container network",
        patterns=(
            Pattern(
                text=r"HNS failed with error ?: (Failed to create network|Unspecified error|"
                r"The parameter is incorrect|The object already exists)"
            ),
        ),
        cause="What is left of an earlier network is in the way.",
        remedy="Stop docker and hns, remove the NAT (Get-NetNat | Remove-NetNat) and the container "
        "networks (Get-ContainerNetwork | Remove-ContainerNetwork -Force), start both again.",
        source="moby/moby and docker/for-win issues on HNS",
    ),
    KnownIssue(
        id="containers-feature-missing",
        title="The feature Containers is missing",
        patterns=(
            Pattern(text=r"hnsCall.*Class not registered"),
            Pattern(text=r"Failed to load vmcompute\.dll"),
        ),
        cause="Docker runs, but Windows' own part of containers is not installed.",
        remedy="Install the feature Containers and restart the host.",
        source="moby/moby issues on hcsshim",
    ),
)
