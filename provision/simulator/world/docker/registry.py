"""The registries that the simulated host reaches: Docker Hub as it was or is, and Microsoft's own.

Which images there are follows from the host's build. On the previews: the sixteen `microsoft/…`
images that a first user found. Since Windows Server 2016: `microsoft/windowsservercore` and
`nanoserver`, and `mcr.microsoft.com/windows/…` as of today. Sizes are what `docker images` showed
of such images, rounded; names and tags are from Microsoft's pages on base images. A repository that
is not here does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

from provision.simulator.world import paths
from provision.simulator.world.docker import ids
from provision.simulator.world.docker.content import ImageConfig, ImageContent, Layer, LayerFile
from provision.simulator.world.docker.reference import HUB, Reference
from provision.simulator.world.model import World
from provision.simulator.world.system import RegistryKey

MCR = "mcr.microsoft.com"
RELEASES = {
    14393: ("ltsc2016", "1607"),
    17763: ("ltsc2019", "1809"),
    20348: ("ltsc2022",),
    26100: ("ltsc2025",),
}
"""Tags of the base images by Windows build."""

_MEGA = 1_000_000
_CURRENT_VERSION = "HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
_REVISIONS = {10586: 0, 14300: 1000, 14393: 206, 17763: 5122, 20348: 2113, 26100: 1742}
_CORE = {14393: (8_300, 3_000), 17763: (4_600, 1_700), 20348: (4_700, 1_600), 26100: (5_300, 2_000)}
_NANO = {14393: (650, 280), 17763: (240, 105), 20348: (290, 120), 26100: (450, 190)}
_CREATED = {
    10586: "2016-01-06T00:00:00Z",
    14300: "2016-05-20T00:00:00Z",
    14393: "2016-11-01T00:00:00Z",
    17763: "2023-11-14T00:00:00Z",
    20348: "2023-11-14T00:00:00Z",
    26100: "2024-10-08T00:00:00Z",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What `docker search` tells of a repository.

    Args:
        megabytes: On the disk, beyond the base image.
    """

    name: str
    description: str
    stars: int = 1
    official: bool = False
    megabytes: int = 100
    file: str = ""


HUB_OF_THE_DAY = (
    Entry("microsoft/aspnet", "ASP.NET 5 framework installed in a Windows Server Core image", 5),
    Entry("microsoft/django", "Django installed in a Windows Server Core image"),
    Entry("microsoft/dotnet35", ".NET 3.5 Runtime installed in a Windows Server Core image"),
    Entry("microsoft/golang", "Go Programming Language installed in a Windows Server Core image"),
    Entry("microsoft/httpd", "Apache httpd installed in a Windows Server Core image"),
    Entry("microsoft/iis", "Internet Information Services (IIS) in a Windows Server Core image", 3),
    Entry("microsoft/mongodb", "MongoDB installed in a Windows Server Core image"),
    Entry("microsoft/mysql", "MySQL installed in a Windows Server Core image"),
    Entry("microsoft/nginx", "Nginx installed in a Windows Server Core image"),
    Entry("microsoft/node", "Node installed in a Windows Server Core image"),
    Entry("microsoft/php", "PHP running on Internet Information Services in Windows Server Core"),
    Entry("microsoft/python", "Python installed in a Windows Server Core image"),
    Entry("microsoft/rails", "Ruby on Rails installed in a Windows Server Core image"),
    Entry("microsoft/redis", "Redis installed in a Windows Server Core image"),
    Entry("microsoft/ruby", "Ruby installed in a Windows Server Core image"),
    Entry("microsoft/sqlite", "SQLite installed in a Windows Server Core image", 1, megabytes=12),
)
"""Names from a first user's record of `docker search`; the descriptions are ours."""

HUB_OF_2016 = (
    Entry("microsoft/windowsservercore", "The Windows Server Core base image", 300),
    Entry("microsoft/nanoserver", "The Nano Server base image", 250),
)
HUB_SINCE_TP5 = (
    Entry("microsoft/sample-dotnet", "A .NET Core sample in a container", 5, megabytes=60),
    Entry("microsoft/dotnet", ".NET Core for Windows Server Core and Nano Server", 200),
)
HUB_OF_TODAY = (
    Entry("microsoft/dotnet-framework", "Moved to mcr.microsoft.com", 800),
    Entry("hello-world", "Hello World! (an example of minimal Dockerization)", 2200, True, 1),
    Entry("golang", "Go (golang) is a general purpose, higher-level language", 4900, True, 500),
    Entry("python", "Python is an interpreted, interactive language", 9000, True, 400),
    Entry(
        "eclipse-temurin", "Official Images for OpenJDK binaries built by Temurin", 600, True, 350
    ),
)


def hub(world: World) -> tuple[Entry, ...]:
    """Give what Docker Hub has for this host."""
    if world.windows.build == 10586:
        return HUB_OF_THE_DAY
    if world.windows.build < 14393:
        return (*HUB_OF_THE_DAY, *HUB_SINCE_TP5)
    if world.windows.build == 14393:
        return (*HUB_OF_THE_DAY, *HUB_SINCE_TP5, *HUB_OF_2016)
    return HUB_OF_TODAY


def revision(world: World) -> int:
    """Give the fourth part of the host's Windows version."""
    key = world.find(RegistryKey, _CURRENT_VERSION)
    found = key.values.get("UBR") if key is not None else None
    return found if isinstance(found, int) else _REVISIONS.get(world.windows.build, 0)


def os_version(world: World, build: int) -> str:
    """Give the Windows version of the registry's images of a build."""
    asked = world.knobs.image_revision
    if asked is None:
        asked = revision(world) if build == world.windows.build else _REVISIONS[build]
    return f"10.0.{build}.{asked}"


def versions(world: World, reference: Reference) -> tuple[str, ...]:
    """Give the Windows versions of a name's variants; none when there is no such name."""
    return tuple(os_version(world, build) for build in _builds(world, reference))


def find(world: World, reference: Reference) -> ImageContent | None:
    """Give the image that a name means, of its variants the one that fits the host best."""
    builds = _builds(world, reference)
    if not builds:
        return None
    own = world.windows.build
    build = own if own in builds else max((b for b in builds if b < own), default=builds[0])
    return _image(world, reference, build)


def _builds(world: World, reference: Reference) -> tuple[int, ...]:
    """Give the builds that a name has variants for."""
    own = world.windows.build
    tag = reference.tag
    if reference.registry == MCR:
        kind = reference.path.removeprefix("windows/").removeprefix("nanoserver/")
        known = reference.path in ("windows/servercore", "windows/nanoserver", "windows/server")
        if not known or own < 14393 or kind == "insider":
            return ()
        return tuple(build for build, tags in RELEASES.items() if _is_tag(world, build, tags, tag))
    entry = _entry(world, reference)
    if reference.registry != HUB or entry is None:
        return ()
    if entry in HUB_OF_TODAY:
        return tuple(RELEASES) if tag == "latest" else _by_tag(tag)
    if entry in HUB_OF_2016:
        tags = ("latest", "10.0.14393", os_version(world, 14393))
        return (14393,) if tag in tags else ()
    return (own,) if tag == "latest" or tag.startswith("windowsservercore") else ()


def _by_tag(tag: str) -> tuple[int, ...]:
    return tuple(
        build for build, tags in RELEASES.items() if any(tag.endswith(each) for each in tags)
    )


def _is_tag(world: World, build: int, tags: tuple[str, ...], tag: str) -> bool:
    version = os_version(world, build)
    named = (*tags, version, *(f"{each}-amd64" for each in tags))
    return tag in named


def _entry(world: World, reference: Reference) -> Entry | None:
    return next((each for each in hub(world) if each.name == reference.repository), None)


def _image(world: World, reference: Reference, build: int) -> ImageContent:
    name = str(reference)
    version = os_version(world, build)
    created = _CREATED[build]
    seed = f"{name}@{version}"
    layers = _base_layers(world, reference, build, version)
    entry = _entry(world, reference)
    command: tuple[str, ...] = ("c:\\windows\\system32\\cmd.exe",)
    if entry is not None and entry not in HUB_OF_2016:
        size = entry.megabytes * _MEGA
        short = entry.name.rpartition("/")[2]
        file = LayerFile(path=paths.normal(f"C:\\{short}\\{short}.exe"), size=size)
        layers = (
            *layers,
            Layer(
                id=ids.digits("layer", seed),
                created=created,
                by=f"cmd /S /C install {short}",
                size=size,
                download=size // 3,
                files=(file,),
            ),
        )
    return ImageContent(
        id=ids.digits("image", seed)[: ids.SHORT],
        created=created,
        os_version=version,
        layers=layers,
        config=ImageConfig(command=command),
        digest=f"sha256:{ids.digits('digest', seed)}",
        origin=reference.repository,
    )


def _base_layers(world: World, reference: Reference, build: int, version: str) -> tuple[Layer, ...]:
    """Windows in two layers: the release, and its update. Images share them."""
    nano = "nanoserver" in str(reference) or (
        reference.repository in [each.name for each in HUB_OF_TODAY] and build >= 17763
    )
    if build < 14393:
        base = next((each for each in world.images if each.repository == "windowsservercore"), None)
        seed = base.id if base else "windowsservercore"
        size = 9_300 * _MEGA
        return (
            Layer(
                id=ids.digits("layer", seed),
                created=_CREATED[build],
                by="Apply image",
                size=size,
                download=size // 2,
            ),
        )
    disk, fetched = (_NANO if nano else _CORE)[build]
    kind = "nanoserver" if nano else "servercore"
    parts = ((f"Apply image {build}", 0.72, build), (f"Install update {version}", 0.28, version))
    return tuple(
        Layer(
            id=ids.digits("layer", kind, seed),
            created=_CREATED[build],
            by=by,
            size=int(disk * share * _MEGA),
            download=int(fetched * share * _MEGA),
        )
        for by, share, seed in parts
    )
