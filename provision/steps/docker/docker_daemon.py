"""The step `docker_daemon`."""

from __future__ import annotations

import base64
from typing import ClassVar

from pydantic import Field, JsonValue, model_validator

from provision.agent.operations.base import OperationError
from provision.agent.operations.docker import DockerVersion
from provision.agent.operations.files import (
    FileEnsure,
    FileRead,
    FileReadAnswer,
    FileStat,
    FileStatAnswer,
    Kind,
)
from provision.agent.operations.services import ServiceEnsure, ServiceState
from provision.model.outcome import Change, Json, StepResult
from provision.playbook.durations import Duration
from provision.steps.check_kinds import expect
from provision.steps.content import put
from provision.steps.docker.daemon_json import (
    differing,
    merge,
    mistakes,
    read_settings,
    write_settings,
)
from provision.steps.effect import (
    Elapsed,
    Procedure,
    Progress,
    Sleep,
    StepProcedure,
    call,
    call_all,
)
from provision.steps.ending import ended, failed
from provision.steps.names import Strings
from provision.steps.step import Step, StepContext

LONGEST = 1_048_576
PENDING = ".restart-pending"


class DockerDaemon(Step):
    """Bring settings into the daemon's `daemon.json`, and restart the daemon if they changed.

    The settings are laid over those that the file has: mappings grow, everything else is replaced.
    They are checked before anything is written. When the daemon does not answer after the restart,
    the former file is put back and the daemon started with that; the task has failed then.

    Args:
        settings: What is to be set, as in docker's documentation of `daemon.json`.
        remove: Settings that must not be there.
        path: Path of the file on the host.
        service: Name of the daemon's Windows service.
        restart: False only writes the file.
        unknown: True lets settings pass that this tool does not know.
        within: Host seconds until the daemon must answer after a restart.
    """

    name: ClassVar[str] = "docker_daemon"
    short: ClassVar[str | None] = "settings"
    example: ClassVar[str] = """\
name: Docker keeps its data on D
docker_daemon:
  settings:
    data-root: D:\\docker
    registry-mirrors: ["https://mirror.example.com"]
    log-opts: {max-size: 10m}
"""

    settings: dict[str, JsonValue] = {}
    remove: Strings = ()
    path: str = "C:\\ProgramData\\docker\\config\\daemon.json"
    service: str = "docker"
    restart: bool = True
    unknown: bool = False
    within: Duration = Field(default=120, ge=1)

    @model_validator(mode="after")
    def _settings_that_docker_knows(self) -> DockerDaemon:
        if not self.settings and not self.remove:
            raise ValueError("give settings, remove, or both")
        if twice := sorted(set(self.settings) & set(self.remove)):
            raise ValueError(f"both set and removed: {', '.join(twice)}")
        if not self.unknown and (told := mistakes(self.settings)):
            raise ValueError("; ".join(told))
        return self

    def intent(self) -> str:
        """Name the settings."""
        wanted = [*self.settings, *(f"no {name}" for name in self.remove)]
        return f"the docker daemon has {', '.join(wanted)}"

    def run(self, context: StepContext) -> StepProcedure:
        """Read, merge, check, write, restart, and wait for the answer."""
        old, pending = yield from self._read()
        found = read_settings(old, self.path) if old is not None else {}
        merged = merge(found, self.settings)
        wanted = {name: value for name, value in merged.items() if name not in self.remove}
        changes = [
            Change(what=f"{self.path}: {name}", before=before, after=after)
            for name, before, after in differing(found, wanted)
        ]
        if not self.unknown and (told := mistakes(wanted)):
            return failed(
                f"the daemon would not start with {self.path}: {told[0]}",
                remedy="Name what the file must not have in `remove`, or say `unknown: true`.",
                evidence=told,
            )
        restart = self.restart and (bool(changes) or pending)
        if restart:
            changes.append(Change(what=f"service {self.service} (restarted)"))
        if context.check or not changes:
            return ended(changes, value={"settings": wanted, "restarted": False})
        if restart:
            # Should the run be cut off in between, the next one still knows of the restart.
            yield from call(FileEnsure(path=f"{self.path}{PENDING}", state=Kind.FILE))
        if wanted != found:
            yield from put(write_settings(wanted), self.path, check=False)
        if not restart:
            return ended(changes, value={"settings": wanted, "restarted": False})
        why = yield from self._restarted()
        if why:
            return (yield from self._put_back(old, why))
        yield from call(FileEnsure(path=f"{self.path}{PENDING}", state=Kind.ABSENT))
        evidence = ["the daemon answers after its restart"]
        return ended(changes, evidence=evidence, value={"settings": wanted, "restarted": True})

    def _read(self) -> Procedure[tuple[bytes | None, bool]]:
        read, mark = yield from call_all(
            [FileRead(path=self.path, limit=LONGEST), FileStat(path=f"{self.path}{PENDING}")]
        )
        pending = expect(mark, FileStatAnswer).kind is Kind.FILE
        if isinstance(read, OperationError) and read.record.id.startswith("NotFound"):
            return None, pending
        return base64.b64decode(expect(read, FileReadAnswer).content), pending

    def _restarted(self) -> Procedure[str]:
        """Restart the daemon and wait until it answers; gives why it does not."""
        yield Progress(f"service {self.service} is restarted")
        try:
            yield from call(
                ServiceEnsure(service=self.service, state=ServiceState.RUNNING, restart=True)
            )
        except OperationError as error:
            return error.brief
        began: float = yield Elapsed()
        while True:
            answer = yield from call(DockerVersion())
            now: float = yield Elapsed()
            if answer.answers:
                return ""
            if now - began >= self.within:
                return answer.message or "the daemon does not answer"
            yield Sleep(2)

    def _put_back(self, old: bytes | None, why: str) -> Procedure[StepResult]:
        """Bring the former file back; the daemon must not stay down because of us."""
        yield Progress(f"{why}; the former {self.path} is put back", "warning")
        if old is None:
            yield from call(FileEnsure(path=self.path, state=Kind.ABSENT))
        else:
            yield from put(old, self.path, check=False)
        again = yield from self._restarted()
        yield from call(FileEnsure(path=f"{self.path}{PENDING}", state=Kind.ABSENT))
        told = (
            "it does not answer with the former file either"
            if again
            else ("it answers again with the former file")
        )
        evidence: list[str] = [told, *([again] if again else [])]
        value: dict[str, Json] = {"restarted": True}
        return failed(
            f"the daemon does not start with the new settings: {why}",
            remedy="Read the daemon's messages in the event log (source docker) or in "
            "C:\\ProgramData\\docker; a setting may also stand among the service's flags.",
            evidence=evidence,
            value=value,
        )
