"""Operations that run somebody else's program or script, in a child process, while we wait.

A call with an id is recorded in the agent's data folder: that it begins, before anything runs, and
its answer, before that is sent. Asked again with the same id and content, also by another agent
after a crash, the recorded answer is given, or the work that still runs is waited for; it outlives
its agent. If it began and neither runs nor left an answer, that is the error `CallLost`,
or `CallLostInRestart` when the host has restarted since; it never
runs a second time. The same id with other content is the error `CallExists`; the timeout is not
part of the content. Records older than 14 days, and the oldest beyond 200, are removed when a call
begins. In check mode nothing is recorded.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from provision.agent.operations.base import Answer, ErrorRecord, Operation

SafeId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
"""Letters, digits, dot, dash and underscore: safe as a folder's name."""


class ExecAnswer(Answer):
    """How a program ended.

    Args:
        exit_code: None in check mode, and when it was stopped at its timeout.
        stdout: Its output as text; at most 256 KiB of each stream, the end kept.
        truncated: Earlier output was dropped.
        timed_out: It was stopped, with its whole process tree.
        ran: False in check mode.
    """

    exit_code: int | None
    stdout: str
    stderr: str
    truncated: bool = False
    timed_out: bool = False
    ran: bool = True


class Exec(Operation[ExecAnswer]):
    """Run a program with its standard input closed. A missing program is the error `NotFound`.

    Args:
        program: A name on PATH, or a path.
        arguments: Each is one argument; the agent quotes them as Windows programs expect.
        directory: Working directory; the agent's data folder when left out.
        environment: Added to the agent's own; never written down.
        timeout: Host seconds.
        id: Run it once for this id, and keep its answer.
    """

    name: ClassVar[str] = "exec"
    answer: ClassVar[type[Answer]] = ExecAnswer
    changes: ClassVar[bool] = True
    repeatable: ClassVar[bool] = False

    program: str
    arguments: tuple[str, ...] = ()
    directory: str | None = None
    environment: dict[str, str] = {}
    timeout: int = Field(default=600, ge=1)
    id: SafeId | None = None

    def can_repeat(self) -> bool:
        """A recorded call can be asked again."""
        return self.id is not None


class Record(Answer):
    """One typed record of a script's streams, or of the job that runs it.

    Args:
        number: Counted from 1 within one job or script.
        time: The host's clock when it was written, ISO 8601 UTC with milliseconds.
        kind: `output`, `warning`, `error`, `information`, `verbose`, `progress`, `heartbeat`, or
            `caught`: an error that the script caught; evidence only.
        text: The record as one text; may have several lines.
        error: For `error` and `caught`.
    """

    number: int
    time: str
    kind: str
    text: str
    error: ErrorRecord | None = None


class PowerShellAnswer(Answer):
    """How a script ended.

    Args:
        records: In the order in which they were written; at most the last 2,000.
        exit_code: What the script gave to `exit`, or the last native program's; None when neither.
        threw: A terminating error ended it; that error is the last `error` record.
        truncated: Earlier records were dropped.
        timed_out: It was stopped.
        ran: False in check mode.
    """

    records: tuple[Record, ...]
    exit_code: int | None
    threw: bool
    truncated: bool = False
    timed_out: bool = False
    ran: bool = True


class PowerShell(Operation[PowerShellAnswer]):
    """Run PowerShell text in a child process and keep its records typed.

    Args:
        script: The text.
        directory: Working directory; the agent's data folder when left out.
        timeout: Host seconds.
        id: Run it once for this id, and keep its answer.
    """

    name: ClassVar[str] = "powershell"
    answer: ClassVar[type[Answer]] = PowerShellAnswer
    changes: ClassVar[bool] = True
    repeatable: ClassVar[bool] = False

    script: str
    directory: str | None = None
    timeout: int = Field(default=600, ge=1)
    id: SafeId | None = None

    def can_repeat(self) -> bool:
        """A recorded call can be asked again."""
        return self.id is not None
