"""What everything that stands in a world has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A piece of a world: never changed, only replaced; `model_dump(mode="json")` is its tree."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Thing(Frozen):
    """A piece that a world holds at most once for each key.

    Every subclass has a `noun`, which names its section of the world (`SECTIONS` in `model`).
    """

    @property
    def key(self) -> str:
        """What identifies it among its kind, with upper and lower case made equal."""
        raise NotImplementedError
