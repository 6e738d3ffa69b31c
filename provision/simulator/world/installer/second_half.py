"""The part after the restart, per generation: what is said, in which order."""

from __future__ import annotations

from provision.model.host import Generation
from provision.simulator.world.installer import daemon, images
from provision.simulator.world.installer.networking import networking, transparent
from provision.simulator.world.installer.run import Run

_QUERYING = "Container base image install complete.  Querying container images..."
_MINUTES = "from OneGet (this may take a few minutes)..."


def tp4(run: Run) -> None:
    """Network, image, docker."""
    story, world = run.story, run.world
    networking(run)
    if not run.parameters.on("SkipImageImport"):
        if images.installed(run):
            story.say("Image WindowsServerCore is already installed on this machine.")
            story.wait(2)
        else:
            if not run.parameters.value("WimPath"):
                images.provider(
                    run,
                    "Installing ContainerProvider package...",
                    "Could not install ContainerProvider",
                )
            version = images.BASE_IMAGES[Generation.TP4].version
            images.store(
                run,
                f"Getting Container OS image (WindowsServerCore) version {version} {_MINUTES}",
                _QUERYING,
            )
        if run.parameters.on("HyperV"):
            images.store_nano(run)
        story.say("The following images are present on this machine:")
        if not world.knobs.image_missing or images.installed(run):
            story.say("    ContainerImage (Name = 'WindowsServerCore')")
            if run.parameters.on("HyperV"):
                story.say("    ContainerImage (Name = 'NanoServer')")
        story.say("")
        story.wait(2)
    if not run.parameters.on("SkipDocker"):
        if daemon.service_there(run):
            story.say("Docker is already installed.")
            story.wait(2)
        else:
            daemon.install(
                run, nssm=True, lines=("Installing Docker...", "Creating Docker program data...")
            )
            daemon.start(run)
            if not run.parameters.on("SkipImageImport"):
                images.tag(run)
    run.complete()


def tp5_and_later(run: Run) -> None:
    """Docker, which makes the network, then the image."""
    story = run.story
    tp5 = run.generation is Generation.TP5
    if tp5:
        story.say("Ok.", "Ok.")
    else:
        story.say("Configuring ICMP firewall rules for containers...")
    story.wait(4)
    if run.parameters.on("TransparentNetwork"):
        transparent(run)
    if daemon.service_there(run):
        story.say("Docker is already installed.")
        if run.world.knobs.docker_fails:
            daemon.start(run)
    else:
        lines = ("Installing Docker...", "Installing Docker daemon...")
        program_data = ("Creating Docker program data...",) if tp5 else ()
        daemon.install(run, nssm=tp5, lines=(*lines, *program_data))
        daemon.start(run)
    if run.parameters.on("SkipImageImport"):
        run.complete()
    nano = run.parameters.on("HyperV")
    if nano and not run.parameters.value("WimPath"):
        # With Hyper-V containers these scripts get Nano Server in place of Server Core.
        images.store_nano(run)
    elif images.installed(run):
        story.say("Image WindowsServerCore is already installed on this machine.")
        story.wait(2)
    else:
        story.say("The following images are present on this machine:")
        images.provider(
            run,
            "Installing ContainerImage provider...",
            "Could not install ContainerImage provider",
        )
        version = images.BASE_IMAGES[run.generation].version
        images.store(
            run,
            f"Getting Container OS image (WindowsServerCore -RequiredVersion {version}) {_MINUTES}",
            "Container base image install complete.",
        )
        if nano:
            images.store_nano(run)
    images.tag(run)
    run.complete()
