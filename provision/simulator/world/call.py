"""Recorded calls of the modelled host: what the agent's folder would show of each."""

from __future__ import annotations

from typing import Literal

from provision.model.outcome import Json
from provision.simulator.world.thing import Thing


class Call(Thing):
    """One program or script that runs once for its id.

    Args:
        digest: Of its content.
        boot: The boot in which it began.
        began: When it began, by the host's clock, ISO 8601 UTC.
        process: Process id of its runner.
        answer: The JSON of its answer; None until it ended.
        gone: The process ended without an answer, within its boot.
        stopped: Somebody stopped it.
        engine: A real PowerShell runs it, outside the world.
    """

    noun: Literal["call"] = "call"
    id: str
    digest: str
    boot: int
    began: str
    process: int
    answer: dict[str, Json] | None = None
    gone: bool = False
    stopped: bool = False
    engine: bool = False

    @property
    def key(self) -> str:
        return self.id.lower()
