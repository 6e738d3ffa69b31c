"""What happens to jobs: records, signs of life, ends."""

from __future__ import annotations

from provision.agent.operations.execution import Record
from provision.agent.operations.jobs import JobExit, JobState
from provision.simulator.world import times
from provision.simulator.world.effects import Finish, Log, Work
from provision.simulator.world.job import Activity, Job
from provision.simulator.world.model import World
from provision.simulator.world.schedule import forget_job

LOG_FILE = 8 * 1024 * 1024
"""Bytes at which a log is set aside; that and the next one are kept."""


def state(world: World, job: Job) -> JobState:
    """Tell what a job is doing, as its folder and its process show."""
    if job.exit is not None:
        return JobState.FINISHED
    if job.gone or job.boot != world.boot.number:
        return JobState.LOST
    return JobState.STARTED if job.process is None else JobState.RUNNING


def lost_because(world: World, job: Job) -> str:
    """Give the evidence that a job is lost; empty when it is not."""
    if state(world, job) is not JobState.LOST:
        return ""
    return "boot changed" if job.boot != world.boot.number else f"process {job.process} is gone"


def signs_of_life(world: World, job: Job) -> Activity:
    """Give what the job's process tree has used until now."""
    activity = job.activity
    alive = state(world, job) is JobState.RUNNING
    past = max(0.0, world.host_time - activity.since) if alive else 0.0
    return activity.model_copy(
        update={
            "since": world.host_time,
            "cpu_seconds": activity.cpu_seconds + past * activity.cpu_rate,
            "io_bytes": activity.io_bytes + past * activity.io_rate,
        }
    )


def log(world: World, effect: Log) -> World:
    """Let a job write a record; of a long log only the end is kept."""
    job = _job(world, effect.job)
    record = Record(
        number=job.log[-1].number + 1 if job.log else 1,
        time=times.milliseconds(world.clock()),
        kind=effect.kind,
        text=effect.text,
        error=effect.error,
    )
    before = job.log_bytes or sum(map(size, job.log))
    kept, gone = (job.log, 0) if before < 2 * LOG_FILE else _cut(job.log)
    update = {
        "log": (*kept, record),
        "log_bytes": before - gone + size(record),
        "log_base": job.log_base + gone,
        "last_record_at": world.host_time,
    }
    return world.put(job.model_copy(update=update))


def size(record: Record) -> int:
    """Give the bytes that a record takes in the log, were it JSON lines."""
    return len(record.model_dump_json().encode()) + 1


def _cut(log: tuple[Record, ...]) -> tuple[tuple[Record, ...], int]:
    """Drop the older file: gives what is kept, and the bytes that are gone."""
    gone = number = 0
    while gone < LOG_FILE:
        gone += size(log[number])
        number += 1
    return log[number:], gone


def begin(world: World, job_id: str) -> World:
    """Let a job's process appear."""
    job = _job(world, job_id)
    activity = Activity(since=world.host_time, cpu_seconds=0.4, io_bytes=3_000_000, cpu_rate=0.05)
    world = world.put(job.model_copy(update={"process": world.next_process, "activity": activity}))
    return world.with_(next_process=world.next_process + 4)


def work(world: World, effect: Work) -> World:
    """Let a job's process be busier, or stand still, from now on."""
    job = _job(world, effect.job)
    activity = signs_of_life(world, job).model_copy(
        update={"cpu_rate": effect.cpu_rate, "io_rate": effect.io_rate}
    )
    return world.put(job.model_copy(update={"activity": activity}))


def finish(world: World, effect: Finish, *, stopped: bool = False) -> World:
    """Let a job end, with its exit record; what it would still have done will not happen."""
    job = _job(world, effect.job)
    activity = signs_of_life(world, job).model_copy(update={"cpu_rate": 0.0, "io_rate": 0.0})
    end = JobExit(
        exit_code=effect.exit_code,
        threw=effect.threw,
        stopped=stopped,
        time=times.milliseconds(world.clock()),
    )
    world = world.put(job.model_copy(update={"exit": end, "activity": activity}))
    return forget_job(world, job.key)


def _job(world: World, job_id: str) -> Job:
    job = world.find(Job, job_id)
    if job is None:
        raise LookupError(f"the world has no job {job_id!r}")
    return job
