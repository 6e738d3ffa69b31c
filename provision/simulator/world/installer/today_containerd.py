"""install-containerd-runtime.ps1: containerd, its client nerdctl and plugins for its networks.

It makes no network and writes no configuration for one.
"""

from __future__ import annotations

from provision.simulator.world.containerd import SERVICE, Containerd, table
from provision.simulator.world.effects import InstallContainerd, Put, UseDisk
from provision.simulator.world.files import opaque
from provision.simulator.world.installer.run import Run
from provision.simulator.world.installer.story import COPYING, WAITING
from provision.simulator.world.installer.today import (
    LISTING,
    native_error,
    reachable,
    transparent_network,
)
from provision.simulator.world.installer.today_docker import IMAGE_BYTES, PULL_SECONDS
from provision.simulator.world.system import Service

NOT_STARTED = "Containerd Daemon did not start successfully within 1 minute."
_PROGRAMS = "C:\\Program Files"
_HOME = f"{_PROGRAMS}\\containerd"
_NERDCTL = f"{_PROGRAMS}\\nerdctl"
_PLUGINS = f"{_HOME}\\cni\\bin"
_FAKE_HASH = "0" * 64


def containerd(run: Run) -> None:
    """Network if asked for, containerd, and an image if asked for."""
    story, parameters = run.story, run.parameters
    if parameters.on("TransparentNetwork") and not parameters.on("Staging"):
        transparent_network(run)
    if run.world.find(Service, SERVICE) is not None:
        story.say("Containerd is already installed.")
        story.wait(1)
        run.complete()
    installed = _fetch(run)
    story.say("Configuring the containerd service")
    story.wait(1)
    story.do(Put(thing=opaque(f"{_HOME}\\config.toml", _FAKE_HASH, 7_000)))
    story.say("disabled_plugins = []", "imports = []", "oom_score = 0")
    _start(run)
    installed = _pull(run, installed)
    story.say(LISTING, *table(installed))
    run.complete()


def _fetch(run: Run) -> Containerd:
    story, parameters = run.story, run.parameters
    version = parameters.value("ContainerDVersion", "1.6.6")
    nerdctl = parameters.value("NerdCTLVersion", "0.21.0")
    plugins = parameters.value("WinCNIVersion", "0.3.0")
    releases = "https://github.com/{}/releases/download/v{}/{}"
    story.say("Downloading containerd, nerdCTL, and Windows CNI binaries...")
    for url, files, said in (
        (
            releases.format(
                "containerd/containerd", version, f"containerd-{version}-windows-amd64.tar.gz"
            ),
            (f"{_HOME}\\bin\\containerd.exe", f"{_HOME}\\bin\\ctr.exe"),
            f"Containerd binaries added to {_HOME}",
        ),
        (
            releases.format(
                "containerd/nerdctl", nerdctl, f"nerdctl-{nerdctl}-windows-amd64.tar.gz"
            ),
            (f"{_NERDCTL}\\nerdctl.exe",),
            f"NerdCTL binary added to {_NERDCTL}",
        ),
        (
            releases.format(
                "microsoft/windows-container-networking",
                plugins,
                f"windows-container-networking-cni-amd64-v{plugins}.zip",
            ),
            (f"{_PLUGINS}\\nat.exe", f"{_PLUGINS}\\sdnbridge.exe"),
            f"CNI plugin binaries added to {_PLUGINS}",
        ),
    ):
        story.wait(14, COPYING)
        run.need(url)
        for path in files:
            story.do(Put(thing=opaque(path, _FAKE_HASH, 30_000_000)))
            # `tar -v` names what it unpacks on standard error.
            native_error(run, "x " + path.rpartition("\\")[2])
        story.say(said)
    installed = Containerd(version=version, nerdctl=nerdctl)
    story.do(InstallContainerd(containerd=installed), UseDisk(bytes=210_000_000))
    story.say(f"Adding {_HOME}, {_NERDCTL}, {_PLUGINS} to the path")
    story.wait(1)
    return installed


def _start(run: Run) -> None:
    story = run.story
    fails = run.world.knobs.docker_fails
    story.do(
        Put(
            thing=Service(
                name=SERVICE,
                display_name="containerd",
                state="stopped" if fails else "running",
                start="automatic",
                starts=not fails,
            )
        )
    )
    story.say("Waiting for Containerd daemon...")
    if fails:
        story.wait(60, WAITING)
        story.fail(NOT_STARTED)
    story.wait(6, WAITING)
    story.say("Successfully connected to Containerd Daemon.")


def _pull(run: Run, installed: Containerd) -> Containerd:
    story, wanted = run.story, run.parameters.value("ContainerBaseImage")
    if not wanted:
        return installed
    story.say(f"Attempting to pull specified base image: {wanted}")
    if not reachable(run, wanted) or run.world.knobs.image_missing:
        native_error(run, f'level=fatal msg="failed to resolve reference \\"{wanted}\\""')
        return installed
    story.wait(PULL_SECONDS, COPYING)
    installed = installed.model_copy(update={"images": (wanted,)})
    story.do(InstallContainerd(containerd=installed), UseDisk(bytes=IMAGE_BYTES))
    return installed
