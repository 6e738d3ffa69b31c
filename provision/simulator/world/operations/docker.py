"""What the agent learns from the docker client."""

from __future__ import annotations

from provision.agent.operations.docker import (
    DockerVersion,
    DockerVersionAnswer,
    Image,
    ImageList,
    ImageListAnswer,
)
from provision.simulator.world import docker_client
from provision.simulator.world.model import World
from provision.simulator.world.refusal import refuse


def version(
    world: World, _request: DockerVersion, _check: bool
) -> tuple[World, DockerVersionAnswer]:
    """Answer `docker.version`."""
    docker = world.docker
    if docker is None:
        return world, DockerVersionAnswer(installed=False, answers=False)
    answers = docker_client.daemon_answers(world)
    return world, DockerVersionAnswer(
        installed=True,
        answers=answers,
        client=docker.client,
        server=docker.server if answers else "",
        message="" if answers else docker_client.cannot_connect(docker, "v1.22/version"),
    )


def images(world: World, _request: ImageList, _check: bool) -> tuple[World, ImageListAnswer]:
    """Answer `image.list`."""
    if world.docker is None:
        raise refuse("NotFound", "there is no docker client")
    if not docker_client.daemon_answers(world):
        path = "v1.24/images/json" if world.docker.json_format else "v1.22/images/json"
        message = docker_client.cannot_connect(world.docker, path)
        raise refuse("NotFound", f"the docker daemon does not answer: {message}")
    found = sorted(world.images, key=lambda image: (image.repository, image.tag))
    return world, ImageListAnswer(
        images=tuple(
            Image(repository=image.repository, tag=image.tag, id=image.id) for image in found
        )
    )
