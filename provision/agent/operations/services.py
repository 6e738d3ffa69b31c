"""Operations on Windows services."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from provision.agent.operations.base import Answer, ChangeAnswer, Operation


class ServiceState(Enum):
    """What a service does."""

    RUNNING = "running"
    STOPPED = "stopped"


class StartMode(Enum):
    """When a service starts."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"
    DISABLED = "disabled"


class Service(Answer):
    """One service. States other than running count as stopped."""

    name: str
    state: ServiceState
    start: StartMode


class ServiceListAnswer(Answer):
    """The services that were asked for, in that order; unknown ones are left out."""

    services: tuple[Service, ...]


class ServiceList(Operation[ServiceListAnswer]):
    """Look at services by name."""

    name: ClassVar[str] = "service.list"
    answer: ClassVar[type[Answer]] = ServiceListAnswer

    names: tuple[str, ...]


class ServiceEnsure(Operation[ChangeAnswer]):
    """Bring a service into a state.

    `before` and `after` are `{"state": …, "start": …}`. None leaves a part as it is. An unknown
    service is the error `NotFound`; one that does not start is `StartFailed`.

    Args:
        restart: Stop and start it, if it is to run and already runs: always a change.
    """

    name: ClassVar[str] = "service.ensure"
    answer: ClassVar[type[Answer]] = ChangeAnswer
    changes: ClassVar[bool] = True

    service: str
    state: ServiceState | None = None
    start: StartMode | None = None
    restart: bool = False
