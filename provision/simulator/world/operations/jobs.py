"""Jobs: started at most once for each id, asked by offset, stopped, removed."""

from __future__ import annotations

import ntpath
from dataclasses import dataclass
from datetime import datetime, timedelta

from provision.agent.operations.base import ChangeAnswer
from provision.agent.operations.execution import Record
from provision.agent.operations.jobs import (
    JobList,
    JobListAnswer,
    JobPoll,
    JobPollAnswer,
    JobProcess,
    JobRemove,
    JobRow,
    JobStart,
    JobStartAnswer,
    JobState,
    JobStop,
)
from provision.simulator.world import jobs, paths, restarts, storage, times, windows
from provision.simulator.world.effects import Begin, Finish, RunDocker
from provision.simulator.world.files import File
from provision.simulator.world.installer import plan
from provision.simulator.world.installer.scripts import recognise
from provision.simulator.world.job import Activity, Job
from provision.simulator.world.model import World
from provision.simulator.world.refusal import disk_full, refuse
from provision.simulator.world.schedule import schedule
from provision.simulator.world.system import ScheduledTask

BEGIN_SECONDS = 0.6
"""Host seconds from a scheduled task's start to its process: our guess."""

ROOM = 128 * 1024
"""Bytes that must be free for a job's folder: its runner, and what is kept for its end."""

TASK_FOLDER = "\\provision\\"
KEPT = timedelta(days=14)
"""How long the agent keeps a job that has ended."""


def start(world: World, request: JobStart, check: bool) -> tuple[World, JobStartAnswer]:
    """Answer `job.start`."""
    old = world.find(Job, request.id)
    state = jobs.state(world, old) if old else JobState.ABSENT
    if old is not None and _content(old) != _content(request):
        raise refuse("JobExists", f"there is a job {request.id} with other content")
    if check or old is not None:
        return world, JobStartAnswer(started=False, state=state)
    if not world.account.elevated:
        raise refuse("NotElevated", "a job needs an administrator's rights")
    script = world.find(File, paths.key(request.path)) if request.path is not None else None
    if request.path is not None and (script is None or script.kind != "file"):
        raise refuse("NotFound", f"there is no script {request.path}")
    if world.disk.free_bytes < ROOM:
        raise disk_full()
    world = _make(_prune(world, request.run), request, script)
    return world, JobStartAnswer(started=True, state=JobState.STARTED)


def stop(world: World, request: JobStop, check: bool) -> tuple[World, ChangeAnswer]:
    """Answer `job.stop`."""
    job = world.find(Job, request.id)
    state = jobs.state(world, job) if job else JobState.ABSENT
    if job is None or state not in (JobState.STARTED, JobState.RUNNING):
        same = {"state": state.value}
        return world, ChangeAnswer(changed=False, before=same, after=same)
    if not check:
        world = jobs.finish(world, Finish(job=job.id), stopped=True)
    after = {"state": JobState.FINISHED.value}
    return world, ChangeAnswer(changed=True, before={"state": state.value}, after=after)


def remove(world: World, request: JobRemove, check: bool) -> tuple[World, ChangeAnswer]:
    """Answer `job.remove`."""
    job = world.find(Job, request.id)
    state = jobs.state(world, job) if job else JobState.ABSENT
    if state in (JobState.STARTED, JobState.RUNNING):
        raise refuse("NotSupported", f"job {request.id} is {state.value}: stop it first")
    if job is not None and not check:
        world = _forget(world, job)
    return world, ChangeAnswer(
        changed=job is not None,
        before={"state": state.value},
        after={"state": JobState.ABSENT.value},
    )


def list_(world: World, _request: JobList, _check: bool) -> tuple[World, JobListAnswer]:
    """Answer `job.list`."""
    rows = [
        JobRow(
            id=job.id,
            state=jobs.state(world, job),
            run=job.run,
            started=times.milliseconds(world.clock(job.started_at)),
        )
        for job in sorted(world.jobs, key=lambda job: job.id)
    ]
    return world, JobListAnswer(jobs=tuple(rows))


def news(world: World, request: JobPoll) -> JobPollAnswer:
    """Answer `job.poll` as things are now.

    The offset counts bytes of the log, were it JSON lines.
    """
    time = times.milliseconds(world.clock())
    job = world.find(Job, request.id)
    if job is None:
        return JobPollAnswer(
            state=JobState.ABSENT, records=(), next_offset=request.offset, time=time
        )
    state = jobs.state(world, job)
    piece = _piece(job, request.offset, request.limit)
    alive = state in (JobState.STARTED, JobState.RUNNING)
    return JobPollAnswer(
        state=state,
        records=piece.records,
        next_offset=piece.next_offset,
        more=piece.more,
        exit=job.exit,
        process=_process(world, job) if state is JobState.RUNNING else None,
        idle_seconds=round(world.host_time - job.last_record_at, 2) if alive else 0.0,
        time=time,
        evidence=jobs.lost_because(world, job),
        run=job.run,
        boot=_boot_token(world, job),
        skipped=piece.skipped,
    )


def is_news(answer: JobPollAnswer) -> bool:
    """Tell whether an answer need not wait for more."""
    return bool(answer.records) or answer.state not in (JobState.STARTED, JobState.RUNNING)


def _make(world: World, request: JobStart, script: File | None) -> World:
    folder = f"{world.data_folder}\\jobs\\{request.id}"
    directory = paths.normal(request.directory) if request.directory else None
    for path in (folder, directory):
        if path is not None:
            world = storage.make_folders(world, (*paths.parents(path), path))
    knobs = world.knobs
    installer = recognise(script.sha256, knobs.generation, knobs.known_scripts) if script else None
    docker = _is_docker(request.program)
    user, highest = _account(request)
    job = Job(
        id=request.id,
        path=paths.normal(request.path) if request.path is not None else None,
        script=request.script,
        program=request.program,
        arguments=request.arguments,
        directory=directory,
        folder=folder,
        boot=world.boot.number,
        started_at=world.host_time,
        last_record_at=world.host_time,
        activity=Activity(since=world.host_time),
        engine=installer is None and not docker,
        run=request.run,
        user=user,
        highest=highest,
    )
    runner = f"-NoProfile -NonInteractive -ExecutionPolicy Bypass -File {folder}\\runner.ps1"
    task = ScheduledTask(
        name=job.id,
        path=TASK_FOLDER,
        program=windows.POWERSHELL,
        arguments=runner,
        user=job.user,
        highest=job.highest,
    )
    world = world.put(job).put(task)
    world = schedule(world, BEGIN_SECONDS, Begin(job=job.id), job=job.id)
    if docker:
        world = schedule(world, BEGIN_SECONDS, RunDocker(job=job.id), job=job.id)
    if installer is not None:
        world = plan.start(world, job, installer, BEGIN_SECONDS)
    return world


def _is_docker(program: str | None) -> bool:
    """Tell whether a job is docker's client: it plays on the timeline, nobody need watch it."""
    folder, name = ntpath.split((program or "").lower())
    return name in ("docker", "docker.exe") and (
        not folder or folder.endswith(("\\system32", "\\docker"))
    )


def _content(job: Job | JobStart) -> tuple[object, ...]:
    path = paths.key(job.path) if job.path is not None else None
    directory = paths.key(job.directory) if job.directory else None
    return (path, job.script, job.program, job.arguments, directory, *_account(job))


def _account(job: Job | JobStart) -> tuple[str, bool]:
    if isinstance(job, Job):
        return job.user, job.highest
    if job.account is None:
        return "SYSTEM", True
    return job.account.user, job.account.level == "highest"


@dataclass(frozen=True, slots=True)
class _Piece:
    records: tuple[Record, ...]
    next_offset: int
    more: bool
    skipped: int


def _piece(job: Job, offset: int, limit: int) -> _Piece:
    sizes = [jobs.size(record) for record in job.log]
    if offset > job.log_base + sum(sizes):
        offset = 0
    skipped = max(0, job.log_base - offset)
    offset += skipped
    taken: list[Record] = []
    place, end = job.log_base, offset
    for record, size in zip(job.log, sizes, strict=True):
        if place >= offset:
            if taken and place + size - offset > limit:
                return _Piece(tuple(taken), end, True, skipped)
            taken.append(record)
            end = place + size
        place += size
    return _Piece(tuple(taken), end, False, skipped)


def _boot_token(world: World, job: Job) -> str:
    if job.process is None:
        return ""
    if job.boot == world.boot.number:
        return world.boot.token
    return restarts.token(world.windows.machine_id, job.boot)


def _prune(world: World, run: str) -> World:
    """Forget jobs that ended long ago, but none of the run that goes on."""
    for job in world.jobs:
        ended = job.exit is not None or jobs.state(world, job) is JobState.LOST
        last = datetime.fromisoformat(job.exit.time) if job.exit else world.clock(job.started_at)
        if ended and world.clock() - last > KEPT and (not run or job.run != run):
            world = _forget(world, job)
    return world


def _forget(world: World, job: Job) -> World:
    world = storage.delete(world.remove("job", job.key), job.folder)
    return world.remove("scheduled_task", (TASK_FOLDER + job.id).lower())


def _process(world: World, job: Job) -> JobProcess:
    signs = jobs.signs_of_life(world, job)
    return JobProcess(
        id=job.process or 0,
        cpu_seconds=round(signs.cpu_seconds, 2),
        io_bytes=int(signs.io_bytes),
    )
