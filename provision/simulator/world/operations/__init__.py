"""The agent's operations, answered over a world: one file for each family.

Each handler is pure: a world and a request give a world and an answer, in check mode the same
world. Those that reach into files' content get the spool too. What must wait, or reach beyond the
world, is in `waiting`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from provision.agent.operations.base import Answer
from provision.simulator.world.model import World
from provision.simulator.world.operations import (
    calls,
    containerd,
    docker,
    features,
    file_pieces,
    files,
    host,
    jobs,
    leases,
    network,
    scheduled_tasks,
    services,
)

Handler = Callable[[World, Any, bool], tuple[World, Answer]]

HANDLERS: dict[str, Handler] = {
    "facts": host.facts,
    "platform": host.platform,
    "boot": host.boot,
    "restart": host.restart,
    "selftest": host.selftest,
    "file.list": files.list_,
    "file.ensure": files.ensure,
    "feature.ensure": features.ensure,
    "feature.list": features.list_,
    "service.list": services.list_,
    "service.ensure": services.ensure,
    "scheduled_task.list": scheduled_tasks.list_,
    "scheduled_task.remove": scheduled_tasks.remove,
    "call.list": calls.list_,
    "call.stop": calls.stop,
    "job.start": jobs.start,
    "job.stop": jobs.stop,
    "job.remove": jobs.remove,
    "job.list": jobs.list_,
    "lease.take": leases.take,
    "lease.release": leases.release,
    "lease.look": leases.look,
    "switch.list": network.switches,
    "adapter.list": network.adapters,
    "route.list": network.routes,
    "nat.list": network.nats,
    "docker.version": docker.version,
    "image.list": docker.images,
    "containerd.version": containerd.version,
}

SPOOL_HANDLERS: dict[str, file_pieces.SpoolHandler] = {
    "file.stat": file_pieces.stat,
    "file.read": file_pieces.read,
    "file.write": file_pieces.write,
    "file.commit": file_pieces.commit,
}
