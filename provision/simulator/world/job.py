"""Jobs of the modelled host: what their folder and their process would show."""

from __future__ import annotations

from typing import Literal

from provision.agent.operations.execution import Record
from provision.agent.operations.jobs import JobExit
from provision.simulator.world.thing import Frozen, Thing


class Activity(Frozen):
    """Signs of life of a process tree, as a straight line from a moment on.

    Args:
        since: Host time.
        cpu_seconds: Used until then.
        io_bytes: Read and written until then.
        cpu_rate: Processor seconds per host second from then on.
        io_rate: Bytes per host second from then on.
    """

    since: float
    cpu_seconds: float = 0.0
    io_bytes: float = 0.0
    cpu_rate: float = 0.0
    io_rate: float = 0.0


class Job(Thing):
    """One job.

    Args:
        folder: Its own folder.
        directory: The working directory that was asked for; None is the folder.
        boot: The boot in which it was started.
        started_at: Host time.
        process: Process id of the runner; None until it was seen running.
        gone: The process ended without an exit record, within its boot.
        activity: Signs of life.
        log: The records that its log still holds.
        log_bytes: How many bytes of log they are; 0 when that was not counted yet.
        log_base: Bytes of log before them, which are gone.
        last_record_at: Host time of the last record; of the start when there is none.
        exit: How it ended.
        run: Which run started it.
        user: Whom it runs as.
        highest: With all rights that the account has.
        engine: Something outside the world runs it: a real PowerShell, or a modelled program.
    """

    noun: Literal["job"] = "job"
    id: str
    path: str | None = None
    script: str | None = None
    program: str | None = None
    arguments: tuple[str, ...] = ()
    directory: str | None = None
    folder: str
    boot: int
    started_at: float
    process: int | None = None
    gone: bool = False
    activity: Activity
    log: tuple[Record, ...] = ()
    log_bytes: int = 0
    log_base: int = 0
    last_record_at: float
    exit: JobExit | None = None
    engine: bool = False
    run: str = ""
    user: str = "SYSTEM"
    highest: bool = True

    @property
    def key(self) -> str:
        return self.id.lower()
