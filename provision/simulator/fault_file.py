"""Faults that somebody wrote down: a JSON list of `{"exchange": 41, "kind": "reset_after"}`."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from provision.model.errors import InputError, Problem
from provision.simulator.faults import Fault, FaultKind, ScheduledFault


class WrittenFault(BaseModel):
    """One entry of the list; see `Fault` and `ScheduledFault`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    exchange: int = Field(ge=1)
    kind: FaultKind
    seconds: float = 0.0
    action: str | None = None
    after_jobs: int = Field(default=0, ge=0)


_LIST = TypeAdapter(list[WrittenFault])


def read_faults(path: Path) -> list[ScheduledFault]:
    """Read a file of faults.

    Raises:
        InputError: It cannot be read, or is no such list.
    """
    try:
        written = _LIST.validate_json(path.read_bytes())
    except OSError as error:
        raise InputError([Problem(f"{path} cannot be read: {error.strerror}")]) from None
    except ValidationError as error:
        hint = f"kinds are {', '.join(kind.value for kind in FaultKind)}"
        raise InputError(
            [
                Problem(f"{path}: {'.'.join(map(str, each['loc']))}: {each['msg']}", hint=hint)
                for each in error.errors()
            ]
        ) from None
    return [
        ScheduledFault(each.exchange, Fault(each.kind, each.seconds), each.action, each.after_jobs)
        for each in written
    ]
