"""Operations that ask the docker client on the host."""

from __future__ import annotations

from typing import ClassVar

from provision.agent.operations.base import Answer, Operation


class DockerVersionAnswer(Answer):
    """Whether the daemon answers.

    Args:
        installed: A docker client is on PATH or in `%ProgramFiles%\\docker` or System32.
        answers: The daemon answered the client.
        client: The client's version; empty when unknown.
        server: The daemon's version; empty when it does not answer.
        message: What the client said when the daemon did not answer, one line.
    """

    installed: bool
    answers: bool
    client: str = ""
    server: str = ""
    message: str = ""


class DockerVersion(Operation[DockerVersionAnswer]):
    """Ask the daemon for its version."""

    name: ClassVar[str] = "docker.version"
    answer: ClassVar[type[Answer]] = DockerVersionAnswer


class Image(Answer):
    """One tag of an image."""

    repository: str
    tag: str
    id: str


class ImageListAnswer(Answer):
    """All images that docker lists, sorted by repository and tag."""

    images: tuple[Image, ...]


class ImageList(Operation[ImageListAnswer]):
    """List images, from docker's JSON or, on a TP4 client, its plain table.

    No docker or no answering daemon is the error `NotFound`.
    """

    name: ClassVar[str] = "image.list"
    answer: ClassVar[type[Answer]] = ImageListAnswer
