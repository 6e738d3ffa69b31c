"""Windows services."""

from __future__ import annotations

from provision.agent.operations.base import ChangeAnswer
from provision.agent.operations.services import Service as ServiceRow
from provision.agent.operations.services import (
    ServiceEnsure,
    ServiceList,
    ServiceListAnswer,
    ServiceState,
    StartMode,
)
from provision.model.outcome import Json
from provision.simulator.world import container_network
from provision.simulator.world.docker import life
from provision.simulator.world.model import World
from provision.simulator.world.refusal import RefusedAfter, refuse
from provision.simulator.world.system import Service


def list_(world: World, request: ServiceList, _check: bool) -> tuple[World, ServiceListAnswer]:
    """Answer `service.list`."""
    found = (world.find(Service, name) for name in request.names)
    return world, ServiceListAnswer(
        services=tuple(
            ServiceRow(
                name=service.name,
                state=ServiceState(service.state),
                start=StartMode(service.start),
            )
            for service in found
            if service is not None
        )
    )


def ensure(world: World, request: ServiceEnsure, check: bool) -> tuple[World, ChangeAnswer]:
    """Answer `service.ensure`.

    A disabled service does not start, so a start mode is changed first, and disabling last.
    """
    service = world.find(Service, request.service)
    if service is None:
        raise refuse("NotFound", f"there is no service {request.service}")
    state = request.state.value if request.state else service.state
    start = request.start.value if request.start else service.start
    new = service.model_copy(update={"state": state, "start": start})
    restarts = request.restart and service.state == state == "running"
    changed = restarts or new != service
    if changed and not check:
        if state == "running" and (restarts or service.state != "running"):
            _may_start(world, service, start)
        before, world = world, world.put(new)
        if service.key == life.SERVICE:
            if state == "running" and (restarts or service.state != "running"):
                world = container_network.started(world)
            world = life.follow_service(before, world)
    return world, ChangeAnswer(changed=changed, before=_row(service), after=_row(new))


def _may_start(world: World, service: Service, start: str) -> None:
    if start != "disabled":
        before, world = (
            world,
            world.put(service.model_copy(update={"start": start, "state": "stopped"})),
        )
        if service.key == life.SERVICE:
            world = life.follow_service(before, world)
        if service.starts and life.can_start(world, service):
            return
    elif service.start != "disabled" and service.starts:
        return
    reason = f"Cannot start service {service.name} on computer '.'."
    refused = refuse("StartFailed", f"service {service.name} does not start: {reason}")
    raise RefusedAfter(refused, world)


def _row(service: Service) -> dict[str, Json]:
    return {"state": service.state, "start": service.start}
