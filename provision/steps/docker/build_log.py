"""What `docker build` prints, layer by layer, while it builds.

`Step 3/9 : RUN …` begins a layer (`Step 3 : RUN …` before docker 1.13), ` ---> Using cache` tells
that nothing was to be done, and ` ---> ` with an id ends it. BuildKit writes otherwise, and does
not build Windows images on Windows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from provision.agent.operations.execution import Record
from provision.model.outcome import Json
from provision.steps.vital_signs import minutes

_STEP = re.compile(r"^Step (\d+)(?:/(\d+))? : (.*)$")
_DONE = re.compile(r"^ ?---> ([0-9a-f]{12})\s*$")
_CACHED = re.compile(r"^ ?---> Using cache\s*$")
_BUILT = re.compile(r"^Successfully built ([0-9a-f]{12})")
SHOWN = 72


@dataclass(frozen=True, slots=True)
class Layer:
    """One finished instruction.

    Args:
        number: Counted from 1.
        total: How many there are; 0 when docker does not say.
        id: The image as it is after this layer.
        seconds: By the host's clock.
    """

    number: int
    total: int
    instruction: str
    id: str
    seconds: float
    cached: bool

    def told(self) -> str:
        """One line for people."""
        of = f" of {self.total}" if self.total else ""
        how = "taken from the cache" if self.cached else f"finished after {minutes(self.seconds)}"
        return f"layer {self.number}{of} {how}: {self.instruction[:SHOWN]}"

    def plain(self) -> Json:
        """As plain data, for templates."""
        return {
            "number": self.number,
            "instruction": self.instruction,
            "id": self.id,
            "seconds": round(self.seconds, 1),
            "cached": self.cached,
        }


class BuildLog:
    """Reads a build's records one by one; knows its layers, and the image at its end."""

    def __init__(self) -> None:
        self.layers: list[Layer] = []
        self.built = ""
        self._step: tuple[int, int, str] | None = None
        self._began: datetime | None = None
        self._cached = False

    def notice(self, record: Record) -> list[str]:
        """Take note of a record; gives a line for each layer that it ends."""
        if record.kind != "output":
            return []
        count = len(self.layers)
        for line in record.text.splitlines():
            self._line(line, record.time)
        return [layer.told() for layer in self.layers[count:]]

    @property
    def unfinished(self) -> str:
        """The instruction that was begun and has not ended; empty when there is none."""
        if self._step is None:
            return ""
        number, _, instruction = self._step
        return f"layer {number} did not finish: {instruction[:SHOWN]}"

    def slowest(self) -> Layer | None:
        """The layer that took longest, of those that were built."""
        built = [layer for layer in self.layers if not layer.cached]
        return max(built, key=lambda layer: layer.seconds, default=None)

    def _line(self, line: str, time: str) -> None:
        if found := _STEP.match(line):
            self._step = (int(found[1]), int(found[2] or 0), found[3].strip())
            self._began, self._cached = _moment(time), False
        elif _CACHED.match(line):
            self._cached = True
        elif (found := _DONE.match(line)) and self._step is not None:
            number, total, instruction = self._step
            now = _moment(time)
            passed = (now - self._began).total_seconds() if now and self._began else 0.0
            layer = Layer(number, total, instruction, found[1], max(0.0, passed), self._cached)
            self.layers.append(layer)
            self._step = None
        elif found := _BUILT.match(line):
            self.built = found[1]


def _moment(time: str) -> datetime | None:
    try:
        return datetime.fromisoformat(time)
    except ValueError:
        return None
