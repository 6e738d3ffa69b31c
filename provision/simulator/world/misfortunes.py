"""What happens to a host unasked: each kind of `HOST_FAULTS`, as a change of the world."""

from __future__ import annotations

from datetime import datetime, timedelta

from provision.agent.operations.jobs import JobState
from provision.simulator.faults import Fault, FaultKind
from provision.simulator.world import jobs, restarts
from provision.simulator.world.effects import Shutdown
from provision.simulator.world.model import World
from provision.simulator.world.schedule import forget_job, schedule

_ALIVE = (JobState.STARTED, JobState.RUNNING)


def happen(world: World, fault: Fault) -> World:
    """Give the world after a fault; one that changes no world leaves it as it is."""
    match fault.kind:
        case FaultKind.RESTART | FaultKind.RESTART_TWICE:
            further = max(0, world.knobs.restarts - 1) + (fault.kind is FaultKind.RESTART_TWICE)
            return _go_down(world, fault.seconds, further)
        case FaultKind.POWER_OFF:
            return _go_down(world, fault.seconds, 0, for_good=True)
        case FaultKind.JOB_KILLED:
            return _kill_jobs(world)
        case FaultKind.CLOCK_JUMP:
            epoch = datetime.fromisoformat(world.epoch) + timedelta(seconds=fault.seconds)
            return world.with_(epoch=epoch.isoformat())
        case FaultKind.DISK_FULL:
            return world.with_(disk=world.disk.model_copy(update={"free_bytes": 0}))
        case _:
            return world


def repair(world: World, free_bytes: int = 0) -> World:
    """Undo what a host does not get over by itself: power that is off, a disk that is full.

    Args:
        free_bytes: What is free afterwards, unless more is.
    """
    disk = world.disk
    free = max(disk.free_bytes, min(free_bytes, disk.total_bytes))
    world = world.with_(disk=disk.model_copy(update={"free_bytes": free}))
    off = not (world.boot.listening or world.boot.accounts or world.pending)
    return restarts.boot_up(world, 0) if off else world


def _go_down(world: World, delay: float, further: int, *, for_good: bool = False) -> World:
    """Go down whether or not a restart is on its way already: that one is not needed any more."""
    if not (world.boot.listening or world.boot.accounts):
        return world
    pending = tuple(
        entry for entry in world.pending if entry.effect.effect not in ("shutdown", "restart_asked")
    )
    world = world.with_(
        boot=world.boot.model_copy(update={"ending": True, "further": 0}), pending=pending
    )
    return schedule(world, delay, Shutdown(further=further, for_good=for_good))


def _kill_jobs(world: World) -> World:
    for job in world.jobs:
        if jobs.state(world, job) in _ALIVE:
            process = job.process or world.next_process
            activity = jobs.signs_of_life(world, job).model_copy(
                update={"cpu_rate": 0.0, "io_rate": 0.0}
            )
            killed = {"gone": True, "process": process, "activity": activity}
            world = forget_job(world.put(job.model_copy(update=killed)), job.key)
    return world
