"""A job's docker client: every line and every change comes at its moment, on the timeline."""

from __future__ import annotations

from provision.simulator.world.docker import client
from provision.simulator.world.effects import Finish, Log, Work
from provision.simulator.world.job import Job
from provision.simulator.world.model import World
from provision.simulator.world.schedule import schedule
from provision.simulator.world.windows import agent_error


def begin_job(world: World, job_id: str) -> World:
    """Let a job's client begin, and all that follows from that be put into the future."""
    job = world.find(Job, job_id)
    if job is None:
        return world
    play = client.play(world, job.arguments, job.directory or job.folder)
    if play is None:
        missing = agent_error("NotFound", f"there is no program {job.program}")
        log = Log(job=job.id, kind="error", text=missing.message, error=missing)
        world = schedule(world, 0, log, job=job.id)
        return schedule(world, 0, Finish(job=job.id, threw=True), job=job.id)
    for pace in play.paces:
        work = Work(job=job.id, cpu_rate=pace.cpu_rate, io_rate=pace.io_rate)
        world = schedule(world, pace.at, work, job=job.id)
    for happening in play.happenings:
        world = schedule(world, happening.at, happening.effect, job=job.id)
    for line in play.lines:
        log = Log(job=job.id, kind="error" if line.error else "output", text=line.text)
        world = schedule(world, line.at, log, job=job.id)
    if play.endless:
        return world
    return schedule(world, play.time, Finish(job=job.id, exit_code=play.code), job=job.id)
