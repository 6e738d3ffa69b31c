"""Checks of docker, services, features, files and scheduled tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from provision.agent.operations.base import Answer, Operation, OperationError
from provision.agent.operations.containerd import ContainerdVersion, ContainerdVersionAnswer
from provision.agent.operations.docker import (
    DockerVersion,
    DockerVersionAnswer,
    ImageList,
    ImageListAnswer,
)
from provision.agent.operations.features import FeatureList, FeatureListAnswer
from provision.agent.operations.files import FileStat, FileStatAnswer, Kind
from provision.agent.operations.scheduled_tasks import ScheduledTaskList, ScheduledTaskListAnswer
from provision.agent.operations.services import ServiceList, ServiceListAnswer, ServiceState
from provision.steps.check_kinds import CheckKind, Judgement, expect, same
from provision.steps.names import Sha256

DOCKER_SERVICE = "docker"


class ImageCheck(CheckKind):
    """Docker has an image.

    Args:
        name: The repository, as `docker images` lists it.
        tag: `latest` unless given.
    """

    short: ClassVar[str | None] = "name"

    name: str
    tag: str = "latest"

    def title(self) -> str:
        """Name the image and its tag."""
        return f"image {self.name}:{self.tag}"

    def questions(self) -> tuple[Operation[Any], ...]:
        """All images."""
        return (ImageList(),)

    def judge(self, answers: Sequence[Answer | OperationError]) -> Judgement:
        """Look for name and tag."""
        images = expect(answers[0], ImageListAnswer).images
        for image in images:
            if same(image.repository, self.name) and image.tag == self.tag:
                return True, f"{image.repository}:{image.tag} ({image.id})"
        found = ", ".join(f"{image.repository}:{image.tag}" for image in images)
        return False, found or "no image"


class DockerCheck(CheckKind):
    """The docker service runs and the daemon answers."""

    def title(self) -> str:
        """Name both demands."""
        return "docker runs and answers"

    def questions(self) -> tuple[Operation[Any], ...]:
        """The service, and the daemon."""
        return (ServiceList(names=(DOCKER_SERVICE,)), DockerVersion())

    def judge(self, answers: Sequence[Answer | OperationError]) -> Judgement:
        """Both must be so: a running service proves no answering daemon."""
        services = expect(answers[0], ServiceListAnswer).services
        version = expect(answers[1], DockerVersionAnswer)
        state = services[0].state.value if services else "not installed"
        running = bool(services) and services[0].state is ServiceState.RUNNING
        if version.answers:
            daemon = f"daemon {version.server} answers"
        elif version.installed:
            daemon = f"the daemon does not answer: {version.message}"
        else:
            daemon = "no docker client"
        return running and version.answers, f"service {state}, {daemon}"


class ContainerdCheck(CheckKind):
    """The service containerd runs and answers its client nerdctl."""

    def title(self) -> str:
        """Name both demands."""
        return "containerd runs and answers"

    def questions(self) -> tuple[Operation[Any], ...]:
        """The service, and containerd."""
        return (ServiceList(names=("containerd",)), ContainerdVersion())

    def judge(self, answers: Sequence[Answer | OperationError]) -> Judgement:
        """Both must be so."""
        services = expect(answers[0], ServiceListAnswer).services
        version = expect(answers[1], ContainerdVersionAnswer)
        state = services[0].state.value if services else "not installed"
        running = bool(services) and services[0].state is ServiceState.RUNNING
        if version.answers:
            told = f"containerd {version.server} answers nerdctl {version.client}"
        elif version.installed:
            told = f"containerd does not answer: {version.message}"
        else:
            told = "no nerdctl"
        return running and version.answers, f"service {state}, {told}"


class ServiceCheck(CheckKind):
    """A Windows service is in a state.

    Args:
        name: The service's name, not its display name.
        state: `running` or `stopped`.
    """

    short: ClassVar[str | None] = "name"

    name: str
    state: ServiceState = ServiceState.RUNNING

    def title(self) -> str:
        """Name the service and its state."""
        return f"service {self.name} is {self.state.value}"

    def questions(self) -> tuple[Operation[Any], ...]:
        """The one service."""
        return (ServiceList(names=(self.name,)),)

    def judge(self, answers: Sequence[Answer | OperationError]) -> Judgement:
        """Compare the state; a service that is not installed fails either way."""
        services = expect(answers[0], ServiceListAnswer).services
        if not services:
            return False, "not installed"
        return services[0].state is self.state, services[0].state.value


class FeatureCheck(CheckKind):
    """A Windows feature is installed.

    Args:
        name: As `Get-WindowsFeature` names it.
    """

    short: ClassVar[str | None] = "name"

    name: str

    def title(self) -> str:
        """Name the feature."""
        return f"feature {self.name} is installed"

    def questions(self) -> tuple[Operation[Any], ...]:
        """The one feature."""
        return (FeatureList(names=(self.name,)),)

    def judge(self, answers: Sequence[Answer | OperationError]) -> Judgement:
        """Look whether it is installed."""
        features = expect(answers[0], FeatureListAnswer).features
        if not features:
            return False, "Windows has no such feature"
        return features[0].installed, "installed" if features[0].installed else "not installed"


class FileCheck(CheckKind):
    """A file or folder exists.

    Args:
        path: Path on the host.
        sha256: The hash that the file must have.
    """

    short: ClassVar[str | None] = "path"

    path: str
    sha256: Sha256 | None = None

    def title(self) -> str:
        """Name the path, and the hash if one is demanded."""
        return self.path + (f" has SHA-256 {self.sha256[:12]}…" if self.sha256 else " exists")

    def questions(self) -> tuple[Operation[Any], ...]:
        """What stands at the path."""
        return (FileStat(path=self.path, hash=self.sha256 is not None),)

    def judge(self, answers: Sequence[Answer | OperationError]) -> Judgement:
        """Compare what is there."""
        stat = expect(answers[0], FileStatAnswer)
        if self.sha256 is None:
            return stat.kind is not Kind.ABSENT, stat.kind.value
        return stat.sha256 == self.sha256.lower(), stat.sha256 or stat.kind.value


class NoFileCheck(CheckKind):
    """Nothing stands at a path.

    Args:
        path: Path on the host.
    """

    short: ClassVar[str | None] = "path"

    path: str

    def title(self) -> str:
        """Name the path."""
        return f"{self.path} is gone"

    def questions(self) -> tuple[Operation[Any], ...]:
        """What stands at the path."""
        return (FileStat(path=self.path),)

    def judge(self, answers: Sequence[Answer | OperationError]) -> Judgement:
        """Look whether something is there."""
        kind = expect(answers[0], FileStatAnswer).kind
        return kind is Kind.ABSENT, kind.value


class NoTaskCheck(CheckKind):
    """No scheduled task has a name.

    Args:
        name: The task's name, in whatever folder.
    """

    short: ClassVar[str | None] = "name"

    name: str

    def title(self) -> str:
        """Name the task."""
        return f"no scheduled task {self.name}"

    def questions(self) -> tuple[Operation[Any], ...]:
        """The tasks with that name."""
        return (ScheduledTaskList(names=(self.name,)),)

    def judge(self, answers: Sequence[Answer | OperationError]) -> Judgement:
        """Look whether there is one."""
        tasks = expect(answers[0], ScheduledTaskListAnswer).tasks
        if not tasks:
            return True, "none"
        return False, f"in {tasks[0].path}" + (", runs at logon" if tasks[0].at_logon else "")
