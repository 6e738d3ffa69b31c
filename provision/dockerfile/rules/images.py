"""Base images: which host they run on, and where they are to be had."""

from __future__ import annotations

from collections.abc import Iterator

from provision.dockerfile.base_image import BaseImage, base_images
from provision.dockerfile.finding import Severity
from provision.dockerfile.rule import Edit, Hit, Rule
from provision.dockerfile.syntax import Document
from provision.dockerfile.target import Target

_MCR = "mcr.microsoft.com/windows"
_UNTAGGED = frozenset({_MCR, f"{_MCR}/servercore", f"{_MCR}/nanoserver", f"{_MCR}/server"})
_MOVED = {
    "microsoft/windowsservercore": f"{_MCR}/servercore",
    "microsoft/nanoserver": f"{_MCR}/nanoserver",
    "microsoft/windows": _MCR,
    "microsoft/iis": f"{_MCR}/servercore/iis",
    "microsoft/aspnet": "mcr.microsoft.com/dotnet/framework/aspnet",
    "microsoft/dotnet-framework": "mcr.microsoft.com/dotnet/framework/sdk or runtime",
    "microsoft/dotnet": "mcr.microsoft.com/dotnet/sdk, runtime or aspnet",
    "microsoft/powershell": "mcr.microsoft.com/powershell",
    "windowsservercore": f"{_MCR}/servercore",
    "nanoserver": f"{_MCR}/nanoserver",
}
_SAME_TAGS = frozenset({"microsoft/windowsservercore", "microsoft/nanoserver", "microsoft/windows"})


def _newer(document: Document, target: Target) -> Iterator[Hit]:
    for image in base_images(document):
        if image.build is not None and image.build > target.build:
            yield Hit(image.place, _compared(image, target, "newer"))


def _older(document: Document, target: Target) -> Iterator[Hit]:
    shares = Target.WS2022.build if target is Target.WS2025 else target.build
    for image in base_images(document):
        if image.build is not None and image.build < shares:
            yield Hit(image.place, _compared(image, target, "older"))


def _compared(image: BaseImage, target: Target, how: str) -> str:
    return (
        f"`{image.reference}` is build {image.build}, {how} than {target.server} "
        f"(build {target.build})"
    )


def _untagged(document: Document, target: Target) -> Iterator[Hit]:  # noqa: ARG001
    for image in base_images(document):
        if image.repository.lower() in _UNTAGGED and image.tag in ("", "latest"):
            if image.pinned:
                continue
            yield Hit(image.place, f"`{image.repository}` has no tag `latest`")


def _moved(document: Document, target: Target) -> Iterator[Hit]:  # noqa: ARG001
    for image in base_images(document):
        old = image.repository.lower()
        if old not in _MOVED:
            continue
        edits: tuple[Edit, ...] = ()
        written = image.written == image.reference
        if old in _SAME_TAGS and image.build is not None and written and not image.pinned:
            edits = (Edit(image.place, len(old), _MOVED[old]),)
        fix = f"Take {_MOVED[old]}, with a tag that names the target's Windows."
        yield Hit(image.place, f"`{image.repository}` is no longer published", edits, fix)


IMAGES: tuple[Rule, ...] = (
    Rule(
        id="base-image-newer-than-host",
        title="The base image is newer than the host",
        severity=Severity.ERROR,
        check=_newer,
        why="A container runs on the host's kernel, or in Hyper-V isolation on one that is no "
        "newer than the host. The pull or the first RUN fails: `no matching manifest`, or `The "
        "container operating system does not match the host operating system`.",
        fix="Take the tag of the target's generation, or build on a newer host.",
        bad=f"FROM {_MCR}/servercore:ltsc2022\n",
        good=f"FROM {_MCR}/servercore:ltsc2019\n",
        source="Microsoft's table of Windows container version compatibility",
        example=Target.WS2019,
    ),
    Rule(
        id="base-image-older-than-host",
        title="The base image is older than the host",
        severity=Severity.WARNING,
        check=_older,
        why="Such a container starts in Hyper-V isolation only; with process isolation, the "
        "default of Windows Server, it is refused. Server 2025 also runs images of 2022.",
        fix="Take the tag of the target's generation, or build and run with `--isolation=hyperv`.",
        bad=f"FROM {_MCR}/servercore:ltsc2016\n",
        good=f"FROM {_MCR}/servercore:ltsc2019\n",
        source="Microsoft's table of Windows container version compatibility",
        example=Target.WS2019,
    ),
    Rule(
        id="base-image-without-tag",
        title="A base image of Windows without a tag",
        severity=Severity.ERROR,
        check=_untagged,
        why="Microsoft publishes no tag `latest` of these images, since the image must fit the "
        "host: the pull fails with `manifest unknown`.",
        fix="Name the target's tag, for example `:ltsc2022`.",
        bad=f"FROM {_MCR}/servercore\n",
        good=f"FROM {_MCR}/servercore:ltsc2022\n",
        source="Microsoft's page of Windows base images",
        since=Target.WS2016,
    ),
    Rule(
        id="base-image-moved",
        title="The base image is no longer published under this name",
        severity=Severity.WARNING,
        check=_moved,
        why="Since 2018 Microsoft publishes its images at mcr.microsoft.com. The old names of "
        "Docker Hub get no updates and may be gone.",
        fix="Take the image from mcr.microsoft.com.",
        bad="FROM microsoft/windowsservercore:ltsc2016\n",
        good=f"FROM {_MCR}/servercore:ltsc2016\n",
        source="Microsoft's announcement of its container registry, 2018",
        since=Target.WS2016,
        example=Target.WS2016,
    ),
)
