"""All known issues, one file per family. The order is that of the search."""

from __future__ import annotations

from provision.diagnosis.catalogue.container import CONTAINER
from provision.diagnosis.catalogue.docker import DOCKER
from provision.diagnosis.catalogue.hns import HNS
from provision.diagnosis.catalogue.installer import INSTALLER
from provision.diagnosis.catalogue.nat import NAT
from provision.diagnosis.catalogue.packages import PACKAGES
from provision.diagnosis.catalogue.switch import SWITCH
from provision.diagnosis.catalogue.windows import WINDOWS
from provision.diagnosis.issue import KnownIssue

CATALOGUE: tuple[KnownIssue, ...] = (
    *SWITCH, *NAT, *HNS, *PACKAGES, *DOCKER, *INSTALLER, *CONTAINER, *WINDOWS,
)  # fmt: skip
