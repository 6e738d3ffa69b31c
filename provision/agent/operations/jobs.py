"""Operations on jobs: work on the host that outlives the connection.

A job lives in its own folder, `<data folder>\\jobs\\<id>`, and runs as a scheduled task. The folder
alone tells what became of it, whoever died in between.
"""

from __future__ import annotations

from enum import Enum
from typing import Annotated, ClassVar, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializationInfo,
    field_serializer,
    model_validator,
)

from provision.agent.operations.base import WIRE, Answer, ChangeAnswer, Operation
from provision.agent.operations.execution import Record, SafeId
from provision.model.secret import Secret
from provision.model.shape import Shape

Account = Annotated[
    str, Shape(r"^[^\x00-\x1f/:*?\"<>|]+$", 'an account, without any of / : * ? " < > |')
]


class JobState(Enum):
    """What a job is doing, as its folder and its process show.

    `STARTED` is registered and not yet seen running; `LOST` has no process and no exit record.
    """

    ABSENT = "absent"
    STARTED = "started"
    RUNNING = "running"
    FINISHED = "finished"
    LOST = "lost"


class JobStartAnswer(Answer):
    """Whether this call started the job.

    Args:
        started: False when a job with this id and content was there already, and in check mode.
        state: The job's state now; `absent` in check mode when there is none.
    """

    started: bool
    state: JobState


class JobAccount(BaseModel):
    """Whom a job runs as. The password is written on the wire alone, and hidden everywhere else.

    Args:
        user: An account of the host or its domain, such as `LAB\\builder`. It needs the right to
            log on as a batch job.
        level: `highest` uses all rights that the account has; `limited` leaves an administrator's
            out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    user: Account = Field(min_length=1, max_length=200)
    password: Secret
    level: Literal["limited", "highest"] = "limited"

    @field_serializer("password")
    def _write_password(self, password: Secret, info: SerializationInfo) -> str:
        on_wire = isinstance(info.context, dict) and info.context.get(WIRE) is True
        return password.get_secret_value() if on_wire else str(password)


class JobStart(Operation[JobStartAnswer]):
    """Start a job, at most once for each id.

    Exactly one of `path`, `script` and `program` is given. The same id with other content is the
    error `JobExists`.

    Args:
        id: Letters, digits, dot, dash and underscore.
        path: A PowerShell script on the host.
        script: PowerShell text.
        program: A native program; its lines become `output` and `error` records.
        arguments: For a script, PowerShell parameters by name and position as they would be typed:
            `-NoRestart`, `-WimPath`, `C:\\x.wim`; for a program, its arguments.
        directory: Working directory, made when it is missing; the job's own folder when left out.
        run: Which run starts it; kept with the job, and no part of its content.
        account: Whom it runs as; SYSTEM at the highest level when left out.

    Jobs of other runs that ended more than 14 days ago are removed on the way.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    name: ClassVar[str] = "job.start"
    answer: ClassVar[type[Answer]] = JobStartAnswer
    changes: ClassVar[bool] = True

    id: SafeId
    path: str | None = None
    script: str | None = None
    program: str | None = None
    arguments: tuple[str, ...] = ()
    directory: str | None = None
    run: str = ""
    account: JobAccount | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> JobStart:
        if sum(x is not None for x in (self.path, self.script, self.program)) != 1:
            raise ValueError("give exactly one of path, script, program")
        return self


class JobExit(Answer):
    """How a job ended.

    Args:
        exit_code: As for `powershell` and `exec`; says nothing about most installers.
        threw: A terminating error ended the script.
        stopped: `job.stop` ended it.
        time: The host's clock, ISO 8601 UTC with milliseconds.
        log_lost: The disk was full for a while, and some of its log is missing.
    """

    exit_code: int | None
    threw: bool
    stopped: bool = False
    time: str
    log_lost: bool = False


class JobProcess(Answer):
    """Signs of life of a running job's process tree.

    Args:
        id: Process id of the runner.
        cpu_seconds: Processor time used so far by the tree.
        io_bytes: Bytes read and written so far by the tree.
    """

    id: int
    cpu_seconds: float
    io_bytes: int


class JobPollAnswer(Answer):
    """What is new of a job.

    Args:
        records: Whole records from the offset on, heartbeats left out.
        next_offset: Where to go on: bytes into the whole log. Of a long one the host keeps the last
            8 to 16 MiB.
        more: More records are there already than this answer may carry.
        exit: When it finished.
        process: While it runs; None when the process cannot be looked at.
        idle_seconds: Host seconds since the last record other than a heartbeat.
        time: The host's clock, ISO 8601 UTC with milliseconds.
        evidence: Why a lost job counts as lost, such as `boot changed` or `process 412 is gone`.
        run: Which run started it.
        boot: Token of the boot in which its process was started; empty when unknown.
        skipped: Bytes of log between the asked offset and the first record given, which the host
            does not keep any more.
    """

    state: JobState
    records: tuple[Record, ...]
    next_offset: int
    more: bool = False
    exit: JobExit | None = None
    process: JobProcess | None = None
    idle_seconds: float = 0.0
    time: str
    evidence: str = ""
    run: str = ""
    boot: str = ""
    skipped: int = 0


class JobPoll(Operation[JobPollAnswer]):
    """Ask what is new of a job; an unknown id is the state `absent`.

    Args:
        offset: `next_offset` of the answer before; 0 at first.
        wait: Host seconds to wait for a new record or the end; answers early when either comes.
        limit: Bytes of log that the answer may carry.
    """

    name: ClassVar[str] = "job.poll"
    answer: ClassVar[type[Answer]] = JobPollAnswer

    id: str
    offset: int = Field(default=0, ge=0)
    wait: float = Field(default=0, ge=0, le=600)
    limit: int = Field(default=131_072, ge=1024)


class JobStop(Operation[ChangeAnswer]):
    """Stop a job with its whole process tree. `before` and `after` are `{"state": …}`."""

    name: ClassVar[str] = "job.stop"
    answer: ClassVar[type[Answer]] = ChangeAnswer
    changes: ClassVar[bool] = True

    id: str


class JobRemove(Operation[ChangeAnswer]):
    """Remove a job that is not running: its folder and its scheduled task.

    `before` is `{"state": …}`, `after` is `{"state": "absent"}`. A running job is the error
    `NotSupported`.
    """

    name: ClassVar[str] = "job.remove"
    answer: ClassVar[type[Answer]] = ChangeAnswer
    changes: ClassVar[bool] = True

    id: str


class JobRow(Answer):
    """One job.

    Args:
        started: When its scheduled task was started, by the host's clock, ISO 8601 UTC with
            milliseconds; empty before that.
    """

    id: str
    state: JobState
    run: str
    started: str


class JobListAnswer(Answer):
    """All jobs, sorted by id."""

    jobs: tuple[JobRow, ...]


class JobList(Operation[JobListAnswer]):
    """List the jobs that the host knows of."""

    name: ClassVar[str] = "job.list"
    answer: ClassVar[type[Answer]] = JobListAnswer
