"""Carries out what steps ask for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from provision.agent.operations.jobs import JobPoll, JobStart, JobState, JobStop
from provision.engine.connection import HostConnection
from provision.engine.emitter import Emitter
from provision.engine.interruption import Interruption
from provision.engine.transfer.transfers import LocalFetch as LocalFetch
from provision.engine.transfer.transfers import Transfers
from provision.model.boot import BootIdentity
from provision.model.clock import Clock
from provision.model.errors import TaskError
from provision.model.event import TaskProgress
from provision.playbook.template import Renderer
from provision.steps.effect import (
    Call,
    CallMany,
    CurrentBoot,
    Effect,
    Elapsed,
    Evaluate,
    ExpectRestarts,
    Progress,
    ReadLocalFile,
    Render,
    RestartHost,
    Sleep,
    Upload,
)


class Effects:
    """One task's hands: the connection, the clock, the controller's files.

    Args:
        folder: Where relative paths of the controller are sought: beside the playbook.
        fetch: Fetches an address from the controller.
        check: In check mode: a restart is never carried out.
    """

    def __init__(
        self,
        connection: HostConnection,
        clock: Clock,
        emitter: Emitter,
        interruption: Interruption,
        renderer: Renderer,
        *,
        folder: Path,
        fetch: LocalFetch,
        check: bool,
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._emitter = emitter
        self._interruption = interruption
        self._renderer = renderer
        self._folder = folder
        self._transfers = Transfers(
            connection,
            clock,
            interruption,
            folder=folder,
            fetch=fetch,
            say=lambda text: self._progress(Progress(text, "progress")),
            elapsed=self.elapsed,
        )
        self._check = check
        self._running: dict[str, None] = {}
        self.variables: Mapping[str, Any] = {}

    @property
    def running_jobs(self) -> tuple[str, ...]:
        """Ids of jobs that were started and not seen to end."""
        return tuple(self._running)

    @property
    def boot(self) -> BootIdentity:
        """The boot that the host is in."""
        return self._connection.boot

    def elapsed(self) -> float:
        """Host seconds since the task began."""
        return self._clock.now() - self._connection.task_began

    def carry_out(self, effect: Effect) -> Any:
        """Do what one effect says, and give its result.

        Raises:
            ProvisionError: It cannot be done; the runner raises it into the step.
        """
        match effect:
            case Call():
                answer = self._connection.call(effect.operation, check=effect.check)
                self._watch_jobs(effect, answer)
                return answer
            case CallMany():
                return tuple(self._connection.try_many(effect.operations, check=effect.check))
            case RestartHost():
                if self._check:
                    raise TaskError("a restart was asked for in check mode: a mistake of the step")
                return self._connection.restart(effect.reason)
            case ExpectRestarts():
                return self._connection.expect_restarts()
            case CurrentBoot():
                return self._connection.boot
            case Sleep():
                return self._interruption.sleep(effect.seconds)
            case Elapsed():
                return self.elapsed()
            case Progress():
                return self._progress(effect)
            case ReadLocalFile():
                return self._read(effect.path)
            case Upload(content=content, path=path, check=check):
                return self._transfers.send_bytes(content, path, check=check)
            case Render():
                return self._renderer.render_text(effect.text, self.variables, effect.source)
            case Evaluate():
                return self._renderer.evaluate(effect.expression, self.variables, None)
            case _:
                return self._transfers.carry_out(effect)

    def _progress(self, effect: Progress) -> None:
        self._emitter.emit(
            TaskProgress,
            task=self._connection.task,
            kind=effect.kind,
            text=effect.text,
            elapsed=max(0.0, self.elapsed()),
        )

    def _read(self, path: str) -> bytes:
        full = self._folder / path
        try:
            return full.read_bytes()
        except OSError as error:
            raise TaskError(
                f"cannot read {path}: {error.strerror}",
                details=f"sought as {full}",
                resolution="Relative paths are sought beside the playbook.",
            ) from None

    def _watch_jobs(self, effect: Call, answer: Any) -> None:
        match effect.operation:
            case JobStart(id=job) if not effect.check:
                self._running[job] = None
            case JobPoll(id=job) if answer.state in (JobState.FINISHED, JobState.LOST):
                self._running.pop(job, None)
            case JobStop(id=job):
                self._running.pop(job, None)
