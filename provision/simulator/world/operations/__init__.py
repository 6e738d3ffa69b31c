"""The agent's operations, answered over a world: one file for each family.

Each handler is pure: a world and a request give a world and an answer, in check mode the same
world. What must wait, or reach beyond the world, is in `waiting`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from provision.agent.operations.base import Answer
from provision.simulator.world.model import World
from provision.simulator.world.operations import (
    docker,
    features,
    files,
    host,
    jobs,
    network,
    scheduled_tasks,
    leases,
    services,
)

Handler = Callable[[World, Any, bool], tuple[World, Answer]]

HANDLERS: dict[str, Handler] = {
    "facts": host.facts,
    "boot": host.boot,
    "restart": host.restart,
    "selftest": host.selftest,
    "file.stat": files.stat,
    "file.read": files.read,
    "file.ensure": files.ensure,
    "file.write": files.write,
    "file.commit": files.commit,
    "feature.ensure": features.ensure,
    "feature.list": features.list_,
    "service.list": services.list_,
    "service.ensure": services.ensure,
    "scheduled_task.list": scheduled_tasks.list_,
    "scheduled_task.remove": scheduled_tasks.remove,
    "job.start": jobs.start,
    "job.stop": jobs.stop,
    "lease.take": leases.take,
    "lease.release": leases.release,
    "lease.look": leases.look,
    "job.remove": jobs.remove,
    "switch.list": network.switches,
    "adapter.list": network.adapters,
    "nat.list": network.nats,
    "docker.version": docker.version,
    "image.list": docker.images,
}
