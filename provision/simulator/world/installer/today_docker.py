"""install-docker-ce.ps1: docker's community edition on a Windows Server of today."""

from __future__ import annotations

import json

from provision.simulator.world import container_network
from provision.simulator.world.docker import registry
from provision.simulator.world.docker.daemon import Docker
from provision.simulator.world.docker.image import Image
from provision.simulator.world.docker.reference import parse
from provision.simulator.world.effects import DaemonStarted, InstallDocker, Put, UseDisk
from provision.simulator.world.files import file, opaque
from provision.simulator.world.installer.daemon import NOT_STARTED, SERVICE, service_there
from provision.simulator.world.installer.run import Run
from provision.simulator.world.installer.story import COPYING, WAITING
from provision.simulator.world.installer.today import (
    LISTING,
    native_error,
    reachable,
    transparent_network,
)
from provision.simulator.world.restarts import rebinding
from provision.simulator.world.system import Service

INDEX = "https://download.docker.com/win/static/stable/x86_64/"
VERSIONS = ("28.0.4", "27.5.1", "27.3.1", "26.1.4")
"""Some of those on docker's page, in the order of the script: by text, the last first."""

PULL_SECONDS = 420.0
IMAGE_BYTES = 5_000_000_000
_FOLDER = "C:\\Windows\\system32\\config\\systemprofile\\DockerDownloads"
"""Below the profile of the account SYSTEM, as which jobs run."""

_SYSTEM32 = "C:\\Windows\\System32"
_FAKE_HASH = "0" * 64


def docker_ce(run: Run) -> None:
    """Network if asked for, docker, and an image if asked for."""
    story, parameters = run.story, run.parameters
    if parameters.on("TransparentNetwork") and not parameters.on("Staging"):
        transparent_network(run)
    if service_there(run):
        # It neither waits for the daemon nor pulls the image then.
        story.say("Docker is already installed.")
        story.wait(1)
    else:
        _fetch(run)
        _configure(run)
        _start(run)
        images = _pull(run)
        story.say(LISTING, f"{'REPOSITORY':<42}{'TAG':<12}IMAGE ID")
        story.say(*(f"{each.repository:<42}{each.tag:<12}{each.id}" for each in images), "")
    run.complete()


def _fetch(run: Run) -> None:
    story, parameters = run.story, run.parameters
    client = parameters.value("DockerPath", "default")
    daemon = parameters.value("DockerDPath", "default")
    version = VERSIONS[0]
    story.say(f"DOCKER {client}")
    if "default" in (client, daemon):
        story.say("Checking Docker versions")
        story.wait(2)
        run.need(INDEX)
        version = _version(run)
        archive = f"{_FOLDER}\\docker-{version}"
        url = f"{INDEX}docker-{version}.zip"
        story.say(f"Downloading {url} to {archive}.zip")
        story.wait(24, COPYING)
        run.need(url)
        story.do(Put(thing=opaque(f"{archive}.zip", _FAKE_HASH, 42_000_000)))
        story.do(UseDisk(bytes=190_000_000))
        client = f"{archive}\\docker\\docker.exe" if client == "default" else client
        daemon = f"{archive}\\docker\\dockerd.exe" if daemon == "default" else daemon
    for what, path in (("Docker", client), ("Docker daemon", daemon)):
        story.say(f"Installing {what}... {path}")
        story.wait(2)
        if not path.startswith(_FOLDER):
            run.copy_from(path)
    story.do(
        Put(thing=opaque(f"{_SYSTEM32}\\docker.exe", _FAKE_HASH, 40_000_000)),
        Put(thing=opaque(f"{_SYSTEM32}\\dockerd.exe", _FAKE_HASH, 75_000_000)),
        InstallDocker(docker=Docker(client=version, server=version)),
    )


def _version(run: Run) -> str:
    wanted = run.parameters.value("DockerVersion", "latest")
    if wanted == "latest":
        return VERSIONS[0]
    if wanted not in VERSIONS:
        run.story.say(
            f"Docker version supplied {wanted} was invalid, please choose from the list of "
            f"available versions: {' '.join(VERSIONS)}",
            kind="error",
        )
        run.story.fail("Invalid docker version supplied.")
    return wanted


def _configure(run: Run) -> None:
    story, parameters = run.story, run.parameters
    story.say("Configuring the docker service...")
    settings: dict[str, object] = {}
    if not parameters.on("SkipDefaultHost"):
        settings["hosts"] = ["npipe://"]
    if subnet := parameters.value("NATSubnet"):
        settings["fixed-cidr"] = subnet
    content = json.dumps(settings, indent=4).encode()
    story.do(Put(thing=file("C:\\ProgramData\\docker\\config\\daemon.json", content)))


def _start(run: Run) -> None:
    story = run.story
    fails = run.world.knobs.docker_fails
    service = Service(
        name=SERVICE,
        display_name="Docker Engine",
        state="stopped" if fails else "running",
        start="automatic",
        starts=not fails,
    )
    story.do(Put(thing=service))
    story.say("Waiting for Docker daemon...")
    if fails:
        story.wait(60, WAITING)
        story.fail(NOT_STARTED)
    story.wait(container_network.MADE_AFTER, WAITING)
    if container_network.made_by_docker(run.world) and container_network.things(run.world):
        story.do(rebinding(), DaemonStarted())
    story.say("Successfully connected to Docker Daemon.")
    story.wait(1)


def _pull(run: Run) -> tuple[Image, ...]:
    story, wanted = run.story, run.parameters.value("ContainerBaseImage")
    if not wanted:
        return ()
    story.say(f"Attempting to pull specified base image: {wanted}")
    story.wait(2)
    reference = parse(wanted)
    content = registry.find(run.world, reference)
    if not reachable(run, wanted):
        address = f"https://{reference.registry}/v2/"
        native_error(run, f'Error response from daemon: Get "{address}": EOF')
        return ()
    if content is None or run.world.knobs.image_missing:
        native_error(run, f"Error response from daemon: manifest for {reference} not found")
        return ()
    build = run.world.windows.build
    if int(content.os_version.split(".")[2]) > build:
        native_error(
            run,
            f"a Windows version {content.os_version}-based image is incompatible with a "
            f"10.0.{build} host",
        )
        return ()
    story.say(f"{reference.tag}: Pulling from {reference.path}")
    story.wait(PULL_SECONDS, COPYING)
    image = Image(
        repository=reference.repository, tag=reference.tag, id=content.id, created=content.created
    )
    size = sum(layer.size for layer in content.layers)
    story.do(Put(thing=content), Put(thing=image), UseDisk(bytes=size))
    story.say(f"Status: Downloaded newer image for {reference}")
    return (image,)
