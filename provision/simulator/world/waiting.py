"""Operations that take host time or reach beyond the world."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from provision.agent.operations.base import Answer
from provision.agent.operations.docker import DockerRun, DockerRunAnswer
from provision.agent.operations.execution import (
    Exec,
    ExecAnswer,
    PowerShell,
    PowerShellAnswer,
    Record,
)
from provision.agent.operations.features import FeatureEnsure
from provision.agent.operations.files import Download
from provision.agent.operations.jobs import JobPoll
from provision.simulator.world import downloads, engine, programs, times
from provision.simulator.world.model import World
from provision.simulator.world.operations import features, files, jobs
from provision.simulator.world.refusal import refuse

if TYPE_CHECKING:
    from provision.simulator.world.simulated_host import SimulatedHost

_OUTPUT_LIMIT = 256 * 1024
_RECORD_LIMIT = 2000


def seconds(world: World, request: Any) -> float:
    """Give the host seconds that a request takes before it is done."""
    return features.takes(world, request) if isinstance(request, FeatureEnsure) else 0.0


async def download(host: SimulatedHost, request: Download, check: bool) -> Answer:
    """Answer `download`."""
    answer = downloads.needed(host.world, request, check)
    if answer is not None:
        return answer
    await host.pass_time(downloads.takes(host.world, request))
    fetched = await downloads.fetch(host.world, request)
    world, answer = downloads.place(host.world, request, fetched)
    host.become(world)
    return answer


async def poll(host: SimulatedHost, request: JobPoll, _check: bool) -> Answer:
    """Answer `job.poll`, as soon as there is news or the wait is over."""
    until = host.world.host_time + request.wait
    await host.wait_for(lambda world: jobs.is_news(jobs.news(world, request)), until)
    return jobs.news(host.world, request)


async def exec_(host: SimulatedHost, request: Exec, check: bool) -> Answer:
    """Answer `exec`."""
    if check:
        return ExecAnswer(exit_code=None, stdout="", stderr="", ran=False)
    if request.id is not None:
        return await host.recorded.program(request, lambda: _run(host.world, request))
    ran, answer, takes = _run(host.world, request)
    await host.pass_time(takes)
    _leave(host, ran, takes, stopped=answer.timed_out)
    return answer


def _leave(host: SimulatedHost, ran: programs.Ran, takes: float, *, stopped: bool) -> None:
    """Let what a program did be done."""
    if ran.play is not None or (ran.restart is not None and not stopped):
        host.become(ran.leave(host.world, takes if stopped else None))


async def docker(host: SimulatedHost, request: DockerRun, check: bool) -> Answer:
    """Answer `docker.run`."""
    if check and not request.reads:
        return DockerRunAnswer(exit_code=0, stdout="", stderr="")
    ran = programs.run(host.world, "docker", request.arguments)
    if ran is None:
        raise refuse("NotFound", "there is no docker client")
    late = ran.seconds > request.timeout
    takes = request.timeout if late else ran.seconds
    await host.pass_time(takes)
    _leave(host, ran, takes, stopped=late)
    if late:
        return DockerRunAnswer(exit_code=None, stdout="", stderr="", timed_out=True)
    stdout, cut_out = _tail(ran.result.stdout)
    stderr, cut_err = _tail(ran.result.stderr)
    return DockerRunAnswer(
        exit_code=ran.result.exit_code, stdout=stdout, stderr=stderr, truncated=cut_out or cut_err
    )


def _run(world: World, request: Exec) -> tuple[programs.Ran, ExecAnswer, float]:
    """Give what a program does, its answer, and after how many host seconds that comes."""
    _refuse_missing_folder(world, request.directory)
    directory = request.directory or "C:\\"
    ran = programs.run(world, request.program, request.arguments, directory)
    if ran is None:
        raise refuse("NotFound", programs.not_found(request.program))
    if ran.seconds > request.timeout:
        late = ExecAnswer(exit_code=None, stdout="", stderr="", timed_out=True)
        return ran, late, float(request.timeout)
    stdout, cut_out = _tail(ran.result.stdout)
    stderr, cut_err = _tail(ran.result.stderr)
    answer = ExecAnswer(
        exit_code=ran.result.exit_code, stdout=stdout, stderr=stderr, truncated=cut_out or cut_err
    )
    return ran, answer, ran.seconds


async def powershell(host: SimulatedHost, request: PowerShell, check: bool) -> Answer:
    """Answer `powershell`, with a real one."""
    if check:
        return PowerShellAnswer(records=(), exit_code=None, threw=False, ran=False)
    if request.id is not None:
        return await host.recorded.script(
            request,
            lambda: _refuse_missing_folder(host.world, request.directory),
            lambda: _run_script(host, request),
        )
    return await _run_script(host, request)


async def _run_script(host: SimulatedHost, request: PowerShell) -> PowerShellAnswer:
    _refuse_missing_folder(host.world, request.directory)
    records: list[Record] = []

    def listen(said: engine.Said) -> None:
        records.append(
            Record(
                number=len(records) + 1,
                time=times.milliseconds(host.world.clock()),
                kind=said.kind,
                text=said.text,
                error=said.error,
            )
        )

    ended = await engine.run(
        b"\xef\xbb\xbf" + request.script.encode(),
        "script.ps1",
        (),
        timeout=float(request.timeout),
        listen=listen,
    )
    return PowerShellAnswer(
        records=tuple(records[-_RECORD_LIMIT:]),
        exit_code=ended.exit_code,
        threw=ended.threw,
        truncated=len(records) > _RECORD_LIMIT,
        timed_out=ended.timed_out,
    )


ANSWERS: dict[str, Callable[[SimulatedHost, Any, bool], Awaitable[Answer]]] = {
    "download": download,
    "job.poll": poll,
    "exec": exec_,
    "powershell": powershell,
    "docker.run": docker,
}


def _refuse_missing_folder(world: World, directory: str | None) -> None:
    there = files.at(world, directory) if directory else None
    if directory and (there is None or there.kind != "folder"):
        raise refuse("NotFound", f"there is no folder {directory}")


def _tail(data: bytes) -> tuple[str, bool]:
    cut = len(data) > _OUTPUT_LIMIT
    return data[-_OUTPUT_LIMIT:].decode(errors="replace"), cut
