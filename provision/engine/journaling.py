"""Effects, written into the journal before they are carried out and after their answer came.

Questions are not written: only what can change the host, and what the user's own programs did.
What is written of a request is what names it; contents, scripts and accounts stay out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from provision.agent.operations.base import OperationError
from provision.engine.effects import Effects
from provision.engine.memory import RunMemory
from provision.model.outcome import Json
from provision.steps.effect import Call, CallMany, Effect, Progress, Restarted, RestartHost, Upload
from provision.steps.transfer import Relay, UploadFile, UploadFolder

NAMING = ("id", "path", "url", "sha256", "feature", "service", "task", "state", "program", "run")


class JournaledEffects:
    """One run's effects, each with its two entries.

    Args:
        effects: Carries them out.
    """

    def __init__(self, effects: Effects, memory: RunMemory) -> None:
        self._effects = effects
        self._memory = memory
        self.task = 0

    @property
    def running_jobs(self) -> tuple[str, ...]:
        """See `Effects`."""
        return self._effects.running_jobs

    def elapsed(self) -> float:
        """See `Effects`."""
        return self._effects.elapsed()

    def for_task(self, number: int, variables: Mapping[str, Any]) -> None:
        """Say whose effects follow."""
        self.task = number
        self._effects.variables = variables

    def carry_out(self, effect: Effect) -> Any:
        """Do what an effect says, or take it as done when it was before an interruption."""
        if isinstance(effect, RestartHost):
            boot = self._effects.boot
            if old := self._memory.restarted_before(self.task, boot):
                text = f"the restart that was asked for has happened: {old} → {boot}"
                self._effects.carry_out(Progress(text))
                return Restarted(old=old, new=boot, seconds=0.0)
        named = _named(effect, self._effects.boot.model_dump())
        if named is None:
            return self._effects.carry_out(effect)
        number = self._memory.effect_started(self.task, *named)
        try:
            answer = self._effects.carry_out(effect)
        except OperationError as error:
            # The host refused: nothing happened. After any other error that is not known.
            told = {"error": error.brief, "details": error.details}
            self._memory.effect_finished(self.task, number, told)
            raise
        self._memory.in_boot(self._effects.boot)
        self._memory.effect_finished(self.task, number, _plain(answer))
        return answer


def _named(effect: Effect, boot: dict[str, Json]) -> tuple[str, dict[str, Json]] | None:
    """What an effect is called in the journal; None when it is only a question."""
    match effect:
        case Call(operation=operation, check=False) if operation.can_change():
            written = operation.model_dump(mode="json", include=set(NAMING))
            return operation.name, {k: v for k, v in written.items() if v is not None}
        case CallMany(operations=operations, check=False):
            changing = [operation.name for operation in operations if operation.can_change()]
            return (", ".join(changing), {}) if changing else None
        case RestartHost(reason=reason):
            return "restart", {"boot": boot, "reason": reason}
        case Upload(content=content, path=path, check=False):
            return "upload", {"path": path, "bytes": len(content)}
        case UploadFile(local=local, path=path, check=False):
            return "upload", {"path": path, "from": local}
        case UploadFolder(local=local, path=path, check=False):
            return "upload", {"path": path, "from": local}
        case Relay(url=url, path=path, sha256=sha256):
            return "upload", {"path": path, "from": url, "sha256": sha256}
        case _:
            return None


def _plain(answer: Any) -> Any:
    if isinstance(answer, BaseModel):
        return answer.model_dump(mode="json", exclude={"stdout", "stderr", "records"})
    if isinstance(answer, Restarted):
        return {"new": answer.new.model_dump(), "seconds": round(answer.seconds, 3)}
    return None
