"""What a moment of the timeline can do to a world, as data; `apply` carries it out."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from provision.agent.operations.base import ErrorRecord
from provision.model.outcome import Json
from provision.simulator.world.call import Call
from provision.simulator.world.containerd import Containerd
from provision.simulator.world.docker.container import Container
from provision.simulator.world.docker.content import ImageContent, LayerFile
from provision.simulator.world.docker.daemon import Docker
from provision.simulator.world.docker.image import ContainerImage, Image
from provision.simulator.world.docker.network import DockerNetwork
from provision.simulator.world.files import File
from provision.simulator.world.job import Job
from provision.simulator.world.network import Adapter, Nat, Resource, Switch
from provision.simulator.world.system import (
    Feature,
    Program,
    RegistryKey,
    ScheduledTask,
    Service,
)
from provision.simulator.world.thing import Frozen

AnyThing: TypeAlias = Annotated[
    File
    | Feature
    | Service
    | ScheduledTask
    | RegistryKey
    | Program
    | Adapter
    | Switch
    | Nat
    | Resource
    | Image
    | ContainerImage
    | ImageContent
    | Container
    | DockerNetwork
    | Call
    | Job,
    Field(discriminator="noun"),
]


class Put(Frozen):
    """A thing appears, or takes the place of the one with its key."""

    effect: Literal["put"] = "put"
    thing: AnyThing


class Remove(Frozen):
    """A thing goes away; none there is no harm.

    Args:
        key: The thing's `key`.
    """

    effect: Literal["remove"] = "remove"
    noun: str
    key: str


class InstallDocker(Frozen):
    """Docker is there."""

    effect: Literal["install_docker"] = "install_docker"
    docker: Docker


class InstallContainerd(Frozen):
    """containerd is there, or has other images."""

    effect: Literal["install_containerd"] = "install_containerd"
    containerd: Containerd


class DockerCount(Frozen):
    """Docker's counters go on; see `Docker`."""

    effect: Literal["docker_count"] = "docker_count"
    made: int = 0
    failed_pulls: int = 0


class RunDocker(Frozen):
    """A job's docker client begins."""

    effect: Literal["run_docker"] = "run_docker"
    job: str


class StartContainer(Frozen):
    """A container begins to run; its own end follows when it has one.

    Args:
        container: Its `key`.
    """

    effect: Literal["start_container"] = "start_container"
    container: str


class EndContainer(Frozen):
    """A container ends, if it still runs since that start.

    Args:
        container: Its `key`.
        start: Which of its starts; 0 is whichever runs.
    """

    effect: Literal["end_container"] = "end_container"
    container: str
    start: int = 0
    exit_code: int = 0


class ChangeContainer(Frozen):
    """Files of a container change.

    Args:
        container: Its `key`.
    """

    effect: Literal["change_container"] = "change_container"
    container: str
    files: tuple[LayerFile, ...]


class UseDisk(Frozen):
    """The system drive fills up; a negative number frees it."""

    effect: Literal["use_disk"] = "use_disk"
    bytes: int


class Log(Frozen):
    """A job writes a record."""

    effect: Literal["log"] = "log"
    job: str
    kind: str
    text: str
    error: ErrorRecord | None = None


class Begin(Frozen):
    """A job's process is seen running."""

    effect: Literal["begin"] = "begin"
    job: str


class Work(Frozen):
    """From now on a job's process uses this much; see `Activity`."""

    effect: Literal["work"] = "work"
    job: str
    cpu_rate: float
    io_rate: float


class Finish(Frozen):
    """A job ends and leaves its exit record."""

    effect: Literal["finish"] = "finish"
    job: str
    exit_code: int | None = None
    threw: bool = False


class AnswerCall(Frozen):
    """A recorded call ends and keeps its answer.

    Args:
        call: Its id.
        answer: The JSON of its answer.
    """

    effect: Literal["answer_call"] = "answer_call"
    call: str
    answer: dict[str, Json]


class RestartAsked(Frozen):
    """Somebody asked Windows to restart."""

    effect: Literal["restart_asked"] = "restart_asked"
    delay: float


class Shutdown(Frozen):
    """The host goes down: the port closes and every process ends.

    Args:
        further: Restarts that follow the next boot by themselves.
        for_good: No boot follows by itself.
    """

    effect: Literal["shutdown"] = "shutdown"
    further: int = 0
    for_good: bool = False


class BootUp(Frozen):
    """The port opens in a new boot."""

    effect: Literal["boot_up"] = "boot_up"
    further: int = 0


class AccountsUp(Frozen):
    """Logins are accepted."""

    effect: Literal["accounts_up"] = "accounts_up"


class DaemonStarted(Frozen):
    """The docker daemon, if it runs, makes the network that it needs."""

    effect: Literal["daemon_started"] = "daemon_started"


class Settle(Frozen):
    """Windows has finished starting."""

    effect: Literal["settle"] = "settle"


class Disconnect(Frozen):
    """The network goes for a moment, in the same boot, as when an adapter is bound anew.

    Args:
        seconds: Host seconds.
    """

    effect: Literal["disconnect"] = "disconnect"
    seconds: float


class Reconnect(Frozen):
    """The network is back."""

    effect: Literal["reconnect"] = "reconnect"


Effect: TypeAlias = Annotated[
    Put
    | Remove
    | InstallDocker
    | InstallContainerd
    | DockerCount
    | RunDocker
    | StartContainer
    | EndContainer
    | ChangeContainer
    | UseDisk
    | Log
    | Begin
    | Work
    | Finish
    | AnswerCall
    | RestartAsked
    | Shutdown
    | BootUp
    | AccountsUp
    | DaemonStarted
    | Settle
    | Disconnect
    | Reconnect,
    Field(discriminator="effect"),
]


class Entry(Frozen):
    """One thing that will happen.

    Args:
        at: Host time.
        number: Entries of one moment happen in this order.
        boot: The boot that it ends with; None happens whatever boots come.
        job: The job that it ends with; None belongs to no job.
    """

    at: float
    number: int
    boot: int | None = None
    job: str | None = None
    effect: Effect
