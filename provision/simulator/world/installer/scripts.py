"""The published versions of Microsoft's installers, known by their hashes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from provision.model.host import Generation

_GITHUB = "https://raw.githubusercontent.com"
_RAW = f"{_GITHUB}/MicrosoftDocs/Virtualization-Documentation"
_PATH = "windows-server-container-tools/Install-ContainerHost/Install-ContainerHost.ps1"

SCRIPT_NAME = "Install-ContainerHost.ps1"
MARKER_NAME = "Install-ContainerHost.err"
RESUME_TASK = "ContainerBootstrap"
"""All of them use this name, to this day."""

_TOOLS = f"{_GITHUB}/microsoft/Windows-Containers/{{commit}}/helpful_tools"


class Today(Enum):
    """The installers of later Windows Servers."""

    DOCKER_CE = "docker-ce"
    CONTAINERD = "containerd"


Kind = Generation | Today
"""What a script is: a generation's Install-ContainerHost.ps1, or one of today's."""


@dataclass(frozen=True, slots=True)
class Published:
    """One version, as it stands in the public repository.

    Args:
        size: Bytes.
    """

    generation: Generation
    commit: str
    sha256: str
    size: int

    @property
    def url(self) -> str:
        """The address of exactly these bytes."""
        return f"{_RAW}/{self.commit}/{_PATH}"


@dataclass(frozen=True, slots=True)
class PublishedToday:
    """One version of one of today's installers, as it stands in microsoft/Windows-Containers.

    Args:
        path: Below the folder `helpful_tools`.
        size: Bytes.
    """

    kind: Today
    path: str
    commit: str
    sha256: str
    size: int

    @property
    def url(self) -> str:
        """The address of exactly these bytes."""
        return f"{_TOOLS.format(commit=self.commit)}/{self.path}"


TODAY = (
    PublishedToday(
        Today.DOCKER_CE,
        "Install-DockerCE/install-docker-ce.ps1",
        "86af3b6b0f9e6928c3888d29fb601596a3211f60",
        "eaa8a351e1186f2eb3e9dc29da44e16200b82f615ba3b8a23b927ace57d35eb4",
        21319,
    ),
    PublishedToday(
        Today.CONTAINERD,
        "Install-ContainerdRuntime/install-containerd-runtime.ps1",
        "6b908177da19475ae678803da1c6f9824330cc2a",
        "10166d0e959b8775e2e1b0bbe871ae6227f6d8852968d50cc5af0c3bd7975405",
        19532,
    ),
)
MARKERS = {Today.CONTAINERD: "install-container-runtime.err"}
"""The marker files that have another name than Install-ContainerHost.ps1's."""

PUBLISHED = (
    Published(
        Generation.TP4,
        "2bfbfc79cfb25dca03d2d84d71efa7e469b14fa5",
        "ae744341281df3c05ab5c815684c97538af61b444c537387fb0551fc58614fa0",
        32012,
    ),
    Published(
        Generation.TP4,
        "7c62ccc01b6b2f0ac6b77a8c7b38df7e980c76ec",
        "da21b1b9b70729b9bf5ded25a65bec7463e6b0804f9fb01c510a75380fdf2880",
        31996,
    ),
    Published(
        Generation.TP4,
        "f3d3f6d9e3ae86bc90e05bf1d732b885d14062c4",
        "de25d00555f6fc248172f4b017a6d73e533c2fdd71fcb91938d347c7a8ad52a0",
        32098,
    ),
    Published(
        Generation.TP4,
        "c1fc1d2aeb50c5e5665296d69c8007059c466372",
        "7d2df8579e24fc7dd3c2edb3d7b6b0e1b111d6700b89988d9870c03cae53e386",
        32134,
    ),
    Published(
        Generation.TP5,
        "3f0831b20e7cdfecdfc462d8beae2f0ca94602cb",
        "8afa21c515737f7dcb5df178a1cd9dc9d719a73306a04a757b5959959e16b5ff",
        31569,
    ),
    Published(
        Generation.RTM,
        "aa23c1270aa21974b5757675f90770c68ad381b0",
        "7c3fe136e49de50533650ce9284655674546d3337a6afa7f23bee03db49fe504",
        26559,
    ),
)

VANISHED = ("https://aka.ms/tp4/Install-ContainerHost", "https://aka.ms/tp5/Install-ContainerHost")
"""Addresses of their day. Whether they still lead anywhere is not known; here they do not."""


def usual(generation: Generation) -> Published | PublishedToday:
    """Give a script that makes a container host of this generation."""
    for script in PUBLISHED:
        if script.generation is generation:
            return script
    return TODAY[0]


def kind_of(script: Published | PublishedToday) -> Kind:
    """Tell what a published script is."""
    return script.generation if isinstance(script, Published) else script.kind


def recognise(sha256: str, own: Generation, known: tuple[str, ...] = ()) -> Kind | None:
    """Tell which installer a file is; None when it is none.

    Args:
        own: The host's generation, whose usual installer `known` files count as.
        known: Hashes of further files.
    """
    for script in (*PUBLISHED, *TODAY):
        if script.sha256 == sha256.lower():
            return kind_of(script)
    return kind_of(usual(own)) if sha256.lower() in {each.lower() for each in known} else None
