"""Files to read, and tiny kinds of step in place of the product's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, model_validator


class Step(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ClassVar[str]
    short: ClassVar[str | None] = None

    @classmethod
    def from_written(cls, params: Any) -> Any:
        if cls.short is not None and not isinstance(params, dict):
            return {cls.short: params}
        return params


class Source(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    port: int = 443


class Fetch(Step):
    """Get a file.

    It is never run.

    Args:
        path: Where it
            goes.
        sources: Where it comes from.
    """

    name: ClassVar[str] = "fetch"
    short: ClassVar[str | None] = "path"

    path: str
    sources: tuple[Source, ...] = ()
    attempts: int = Field(default=1, ge=1)
    mode: Literal["fast", "slow"] = "fast"
    fallback: Source | str | None = None
    force: bool = False
    headers: dict[str, str] = {}

    @model_validator(mode="after")
    def _slow_has_sources(self) -> Fetch:
        if self.mode == "slow" and not self.sources:
            raise ValueError("mode: slow needs sources")
        return self


class Check(Step):
    """Demand something."""

    name: ClassVar[str] = "check"
    short: ClassVar[str | None] = "that"
    expressions: ClassVar[tuple[str, ...]] = ("that",)

    that: str | list[str]
    message: str = ""


class Command(Step):
    """Run a program."""

    name: ClassVar[str] = "command"
    short: ClassVar[str | None] = "line"

    line: str


class Restart(Step):
    """Restart."""

    name: ClassVar[str] = "restart"

    reason: str = ""


@pytest.fixture(scope="session")
def steps() -> dict[str, type[Step]]:
    return {"fetch": Fetch, "command": Command, "restart": Restart, "check": Check}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file; text is encoded as UTF-8, bytes stay as they are."""

    def write(content: str | bytes, name: str = "file.yml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture(scope="session")
def problems() -> Callable[..., list[str]]:
    """Call something that must raise InputError; give `line:column message` of each problem."""
    from provision.model.errors import InputError

    def problems(call: Callable[..., Any], *args: Any) -> list[str]:
        with pytest.raises(InputError) as caught:
            call(*args)
        return [
            f"{one.position.line}:{one.position.column} {one.message}"
            if one.position
            else one.message
            for one in caught.value.problems
        ]

    return problems
