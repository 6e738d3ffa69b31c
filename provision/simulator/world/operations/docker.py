"""What the agent learns from the docker client."""

from __future__ import annotations

from provision.agent.operations.docker import (
    DockerVersion,
    DockerVersionAnswer,
    Image,
    ImageList,
    ImageListAnswer,
)
from provision.simulator.world.docker.daemon import cannot_connect
from provision.simulator.world.docker.life import daemon_answers
from provision.simulator.world.model import World
from provision.simulator.world.refusal import refuse


def version(
    world: World, _request: DockerVersion, _check: bool
) -> tuple[World, DockerVersionAnswer]:
    """Answer `docker.version`."""
    docker = world.docker
    if docker is None:
        return world, DockerVersionAnswer(installed=False, answers=False)
    answers = daemon_answers(world)
    return world, DockerVersionAnswer(
        installed=True,
        answers=answers,
        client=docker.client,
        server=docker.server if answers else "",
        message="" if answers else cannot_connect(docker, "version"),
    )


def images(world: World, _request: ImageList, _check: bool) -> tuple[World, ImageListAnswer]:
    """Answer `image.list`."""
    if world.docker is None:
        raise refuse("NotFound", "there is no docker client")
    if not daemon_answers(world):
        message = cannot_connect(world.docker, "images/json")
        raise refuse("NotFound", f"the docker daemon does not answer: {message}")
    found = sorted(world.images, key=lambda image: (image.repository, image.tag))
    return world, ImageListAnswer(
        images=tuple(
            Image(repository=image.repository, tag=image.tag, id=image.id) for image in found
        )
    )
