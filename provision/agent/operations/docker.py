"""Operations that ask the docker client on the host."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

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


class DockerRunAnswer(Answer):
    """How a docker command ended.

    Args:
        exit_code: None when it was stopped at its timeout.
        stdout: Its output as text; at most 256 KiB of each stream, the end kept.
        truncated: Earlier output was dropped.
        timed_out: The client was stopped; the daemon may go on with what it was asked for.
    """

    exit_code: int | None
    stdout: str
    stderr: str
    truncated: bool = False
    timed_out: bool = False


class DockerRun(Operation[DockerRunAnswer]):
    """Run the docker client, wherever the host has it. None is the error `NotFound`.

    For what is done in moments. A pull or a build is a job, whose lines come as they are written:
    `JobStart(program="docker", …)` finds the same client.

    Args:
        arguments: Each is one argument: `("inspect", "windowsservercore")`.
        input: What the client reads from its standard input, sent as UTF-8.
        timeout: Host seconds.
        reads: The command only asks, such as `inspect`, `ps`, `search`. In check mode only such a
            command is carried out; any other is answered with exit code 0 and no output.
    """

    name: ClassVar[str] = "docker.run"
    answer: ClassVar[type[Answer]] = DockerRunAnswer
    changes: ClassVar[bool] = True
    repeatable: ClassVar[bool] = False

    arguments: tuple[str, ...]
    input: str = ""
    timeout: float = Field(default=120, gt=0)
    reads: bool = False

    def can_repeat(self) -> bool:
        """A question can be asked again."""
        return self.reads

    def can_change(self) -> bool:
        """A question changes nothing."""
        return not self.reads
