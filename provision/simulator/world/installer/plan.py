"""From a world and what was typed to everything that the installer will do."""

from __future__ import annotations

import ntpath
from collections.abc import Callable

from provision.model.host import Generation
from provision.simulator.world import paths
from provision.simulator.world.effects import Finish, Log
from provision.simulator.world.files import File, file
from provision.simulator.world.installer.parameters import BindingError, bind
from provision.simulator.world.installer.prelude import prelude
from provision.simulator.world.installer.run import Run
from provision.simulator.world.installer.scripts import Kind, Today
from provision.simulator.world.installer.second_half import tp4, tp5_and_later
from provision.simulator.world.installer.story import Moment, ScriptEnds, Story
from provision.simulator.world.installer.today_containerd import containerd
from provision.simulator.world.installer.today_docker import docker_ce
from provision.simulator.world.job import Job
from provision.simulator.world.model import World
from provision.simulator.world.schedule import schedule


def plan(world: World, job: Job, kind: Kind) -> tuple[Moment, ...]:
    """Give the whole timeline of a run that begins now, in this world.

    Pure: it depends on nothing but its arguments. A restart cuts it off.

    Args:
        kind: Which installer the script is.
    """
    script = ntpath.basename(job.path or "")
    story = Story(job=job.id, script=script)
    try:
        parameters = bind(kind, job.arguments, script)
    except BindingError as error:
        story.error(error.record)
        return (*story.moments, Moment(story.time, Finish(job=job.id, threw=True)))
    run = Run(
        world,
        story,
        kind,
        world.knobs.generation if isinstance(kind, Today) else kind,
        parameters,
        directory=job.directory or job.folder,
        calling_line=_calling_line(job),
        source=world.find(File, paths.key(job.path or "")) or file(job.path or "", b""),
    )
    try:
        prelude(run)
        _second_half(kind)(run)
    except ScriptEnds:
        pass
    return tuple(story.moments)


def _second_half(kind: Kind) -> Callable[[Run], None]:
    match kind:
        case Today.DOCKER_CE:
            return docker_ce
        case Today.CONTAINERD:
            return containerd
        case Generation.TP4:
            return tp4
        case _:
            return tp5_and_later


def start(world: World, job: Job, kind: Kind, delay: float) -> World:
    """Put the timeline of a job that the world has into its future.

    Args:
        delay: Host seconds until the script's first line.
    """
    for moment in plan(world, job, kind):
        world = schedule(world, delay + moment.delay, moment.effect, job=job.id)
    return world


def lines(moments: tuple[Moment, ...]) -> tuple[str, ...]:
    """Give the records' texts, in order."""
    return tuple(each.effect.text for each in moments if isinstance(each.effect, Log))


def _calling_line(job: Job) -> str:
    """Give the line of a job's runner that calls the script."""
    words = (each if each.startswith("-") else f"'{each}'" for each in job.arguments)
    return " ".join(("param($ProvisionQueue) &", f"'{job.path}'", *words, "*>&1 | & {"))
