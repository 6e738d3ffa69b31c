"""The container base image: gigabytes, and most of two hours without a word."""

from __future__ import annotations

from dataclasses import dataclass

from provision.model.host import Generation
from provision.simulator.world import paths, windows
from provision.simulator.world.docker.image import ContainerImage, Image
from provision.simulator.world.effects import Put, UseDisk
from provision.simulator.world.files import File
from provision.simulator.world.installer.run import Run
from provision.simulator.world.installer.story import BUSY, COPYING

IMAGE_SECONDS = 7000.0
"""Host seconds for the image: a first user saw more than two hours in all on TP4."""

WIM_SECONDS = 900.0
IMAGE_BYTES = 9_300_000_000
GALLERY = "https://go.microsoft.com/fwlink/?LinkID=627338"


@dataclass(frozen=True, slots=True)
class BaseImage:
    """The image of one generation, as docker lists it.

    Args:
        created: ISO 8601 UTC.
    """

    version: str
    id: str
    created: str
    repository: str = "windowsservercore"

    def tag(self, tag: str) -> Image:
        """Give one tag of it."""
        return Image(repository=self.repository, tag=tag, id=self.id, created=self.created)


BASE_IMAGES = {
    Generation.TP4: BaseImage("10.0.10586.0", "6801d964fda5", "2015-10-31T01:12:00Z"),
    Generation.TP5: BaseImage("10.0.14300.1000", "5bc36a335344", "2016-04-14T17:04:00Z"),
    Generation.RTM: BaseImage("10.0.14393.206", "02cb7f65d61b", "2016-09-22T23:51:00Z"),
}


NANO_SECONDS = 400.0
NANO_BYTES = 850_000_000
NANO_IMAGES = {
    Generation.TP4: BaseImage("10.0.10586.0", "8572198a60f1", "2015-10-31T01:40:00Z", "nanoserver"),
    Generation.TP5: BaseImage(
        "10.0.14300.1010", "cb48429c84fa", "2016-04-27T10:11:00Z", "nanoserver"
    ),
    Generation.RTM: BaseImage(
        "10.0.14393.206", "3a703c6e97a2", "2016-09-22T23:58:00Z", "nanoserver"
    ),
}
"""What `-HyperV` gets."""


def installed(run: Run, name: str = "WindowsServerCore") -> bool:
    """Tell whether Windows' own store has the image."""
    return any(image.name == name for image in run.world.container_images)


def store_nano(run: Run) -> None:
    """Bring Nano Server's image, which Hyper-V containers are made of, into Windows' own store."""
    story, world = run.story, run.world
    if installed(run, "NanoServer"):
        story.say("OS image (NanoServer) is already installed.")
        return
    story.say(
        "Getting Container OS image (NanoServer) from OneGet (this may take a few minutes)..."
    )
    run.need(GALLERY)
    story.wait(NANO_SECONDS, COPYING)
    image = NANO_IMAGES[run.generation]
    if not world.knobs.image_missing:
        story.do(UseDisk(bytes=NANO_BYTES))
        story.do(Put(thing=ContainerImage(name="NanoServer", version=image.version, id=image.id)))


def store(run: Run, request: str, done: str) -> None:
    """Bring the image into Windows' own store.

    Args:
        request: The line before the long part, when the gallery is asked.
        done: The line after it.
    """
    story, world = run.story, run.world
    wim = run.parameters.value("WimPath")
    if wim:
        story.say(f"Installing Container OS image from {wim} (this may take a few minutes)...")
        if "://" in wim:
            run.need(wim)
        elif world.find(File, paths.key(wim)) is None:
            story.fail(f"Cannot copy from invalid WimPath {wim}")
        seconds = WIM_SECONDS
    else:
        story.say(request)
        seconds = IMAGE_SECONDS + world.knobs.silent_for
    story.wait(seconds / 2, COPYING)
    if world.knobs.hangs:
        story.hang()
    if world.disk.free_bytes < IMAGE_BYTES:
        story.fail(
            windows.thrown(windows.DISK_FULL, story.script, hresult=windows.DISK_FULL_HRESULT)
        )
    story.wait(seconds / 2, COPYING)
    image = BASE_IMAGES[run.generation]
    if not world.knobs.image_missing:
        story.do(UseDisk(bytes=IMAGE_BYTES))
        story.do(
            Put(thing=ContainerImage(name="WindowsServerCore", version=image.version, id=image.id))
        )
    story.say(done)
    story.wait(12)


def provider(run: Run, line: str, failure: str) -> None:
    """Install a package provider from the gallery."""
    run.story.say(line)
    run.story.wait(42, BUSY)
    run.need(GALLERY, failure)


def tag(run: Run) -> None:
    """Give the images their tags, and list them."""
    hyper_v = run.parameters.on("HyperV")
    core = not hyper_v or run.generation is Generation.TP4 or run.parameters.value("WimPath")
    if core:
        _tag(run, BASE_IMAGES[run.generation])
    if hyper_v:
        _tag(run, NANO_IMAGES[run.generation])


def _tag(run: Run, image: BaseImage) -> None:
    story, world = run.story, run.world
    tags = [image.tag(image.version), image.tag("latest")]
    have = {each.key for each in world.images}
    if all(each.key in have for each in tags):
        story.say("Base image is already tagged:")
    else:
        story.say(f"Tagging new base image ({image.id})...")
        story.wait(3)
        if not world.knobs.image_missing:
            story.do(*(Put(thing=each) for each in tags))
        story.say("Base image is now tagged:")
    if not world.knobs.image_missing:
        story.say(*(row(each) for each in tags))


def row(image: Image) -> str:
    """Give a line of `docker images`, as it stood when the image was some weeks old."""
    return f"{image.repository:<20}{image.tag:<20}{image.id:<20}{'11 weeks ago':<20}{image.size}"
