"""All known issues, one file per family. The order is that of the search."""

from __future__ import annotations

from provision.diagnosis.catalogue.compute import COMPUTE
from provision.diagnosis.catalogue.container import CONTAINER
from provision.diagnosis.catalogue.docker import DOCKER
from provision.diagnosis.catalogue.hns import HNS
from provision.diagnosis.catalogue.installer import INSTALLER
from provision.diagnosis.catalogue.layers import LAYERS
from provision.diagnosis.catalogue.nat import NAT
from provision.diagnosis.catalogue.network import NETWORK
from provision.diagnosis.catalogue.packages import PACKAGES
from provision.diagnosis.catalogue.registry import REGISTRY
from provision.diagnosis.catalogue.servicing import SERVICING
from provision.diagnosis.catalogue.switch import SWITCH
from provision.diagnosis.catalogue.windows import WINDOWS
from provision.diagnosis.catalogue.winrm import WINRM
from provision.diagnosis.issue import KnownIssue

FAMILIES: dict[str, tuple[str, tuple[KnownIssue, ...]]] = {
    "switch": ("Hyper-V's virtual switch", SWITCH),
    "nat": ("WinNAT", NAT),
    "hns": ("The Host Networking Service", HNS),
    "network": ("Names, TLS, adapters", NETWORK),
    "installer": ("Install-ContainerHost.ps1", INSTALLER),
    "packages": ("Packages and their providers", PACKAGES),
    "servicing": ("Features and updates", SERVICING),
    "docker": ("The docker daemon and its client", DOCKER),
    "registry": ("Pulling images", REGISTRY),
    "layers": ("Layers and disks", LAYERS),
    "compute": ("Starting containers", COMPUTE),
    "container": ("Inside containers", CONTAINER),
    "winrm": ("WinRM", WINRM),
    "windows": ("Windows itself", WINDOWS),
}
"""By the family's name: its title and its issues."""

CATALOGUE: tuple[KnownIssue, ...] = tuple(
    issue for _, issues in FAMILIES.values() for issue in issues
)
