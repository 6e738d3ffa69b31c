"""What a script has to be told apart by: how it finishes and how it restarts the host."""

from __future__ import annotations

from enum import Enum

from pydantic import BaseModel, ConfigDict, Field


class RestartMode(Enum):
    """Who restarts the host when the script needs it."""

    MANAGED = "managed"
    OWN = "own"


class Completion(BaseModel):
    """What counts as finished, beside the checks. The exit code never does.

    Args:
        line: A line that the script prints last.
        marker: A file that it keeps until it has finished: in its working directory, or a full
            path.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    line: str = Field(default="Script complete!", min_length=1)
    marker: str | None = None


Value = str | int | float | bool | None


def argument_list(written: tuple[str, ...] | dict[str, Value]) -> tuple[str, ...]:
    """Give arguments as they would be typed: `{NoRestart: true, WimPath: x}` is
    `-NoRestart -WimPath x`; false and null leave a parameter out."""
    if isinstance(written, tuple):
        return written
    arguments: list[str] = []
    for name, value in written.items():
        if value is None or value is False:
            continue
        arguments.append(f"-{name.lstrip('-')}")
        if value is not True:
            arguments.append(str(value))
    return tuple(arguments)
