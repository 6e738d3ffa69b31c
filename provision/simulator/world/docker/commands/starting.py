"""What starting a container takes, and why Windows may refuse it."""

from __future__ import annotations

from provision.simulator.world.docker import store
from provision.simulator.world.docker.container import Container
from provision.simulator.world.docker.daemon import release_of
from provision.simulator.world.docker.options import USAGE
from provision.simulator.world.docker.play import BUSY, Play
from provision.simulator.world.effects import StartContainer
from provision.simulator.world.system import Feature

TP4_SECONDS = 34.0
"""A first user's `docker run` on TP4 took more than 30 s to start."""

SECONDS = 4.0
STABLE_SINCE = 20348


def start_seconds(play: Play) -> float:
    """Give the host seconds from asking for a container to its program's begin."""
    asked = play.world.knobs.container_start_seconds
    if asked is not None:
        return asked
    return TP4_SECONDS if play.world.windows.build <= 10586 else SECONDS


def begin(play: Play, container: Container, *, prefix: str = "") -> None:
    """Start a container, or end the play with Windows' refusal.

    Args:
        prefix: What the client writes before the daemon's error.
    """
    image = store.content(play.world, container.image)
    why = refusal(play, container, image.os_version if image else "")
    play.wait(start_seconds(play), BUSY)
    if why:
        text = f"{prefix}Error response from daemon: {why}"
        play.fail(text, code=USAGE if prefix else 1)
    play.do(StartContainer(container=container.key))


def refusal(play: Play, container: Container, os_version: str) -> str:
    """Say why this container cannot start here; empty when it can.

    The rule is Microsoft's page on version compatibility; the texts are what docker wrote, as users
    posted it: moby issues 35462 and 35668 for the older form, the later one in many.
    """
    world = play.world
    if container.isolation == "hyperv":
        hyper_v = world.find(Feature, "hyper-v")
        if hyper_v is None or not hyper_v.installed:
            return (
                f"container {container.id} encountered an error during CreateContainer: failure in "
                "a Windows system call: No hypervisor is present on this system. (0xc0351000)."
            )
        return ""
    if _matches(play, os_version):
        return ""
    if release_of(play.docker.server) < (18, 9):
        return (
            f"container {container.id} encountered an error during CreateContainer: failure in a "
            "Windows system call: The operating system of the container does not match the "
            "operating system of the host. (0xc0370101)."
        )
    layer = "hcs" if release_of(play.docker.server) >= (20, 10) else "hcsshim"
    return (
        f"{layer}::CreateComputeSystem {container.id}: The container operating system does not "
        "match the host operating system."
    )


def _matches(play: Play, os_version: str) -> bool:
    from provision.simulator.world.docker.registry import revision

    build = play.world.windows.build
    parts = os_version.split(".")
    if len(parts) < 3 or build < 14393:
        return True
    wanted = int(parts[2])
    if wanted != build:
        return build > wanted >= STABLE_SINCE
    return build != 14393 or len(parts) < 4 or int(parts[3]) == revision(play.world)
