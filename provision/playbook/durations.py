"""Lengths of time as people write them."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

_PARTS = re.compile(
    r"(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s?)?"
)
_SECONDS = (86_400, 3_600, 60, 1)
_PATTERN = r"^\s*(\d+(\.\d+)?d)?\s*(\d+(\.\d+)?h)?\s*(\d+(\.\d+)?m)?\s*(\d+(\.\d+)?s?)?\s*$"


def parse_duration(written: Any) -> float:
    """Give the seconds of `90`, `"45s"`, `"90m"`, `"2h"`, `"1h30m"` or `"1d"`.

    Raises:
        ValueError: It is none of these.
    """
    if isinstance(written, int | float) and not isinstance(written, bool):
        if math.isfinite(written) and written >= 0:
            return float(written)
    elif isinstance(written, str):
        text = "".join(written.split()).lower()
        found = _PARTS.fullmatch(text) if text else None
        if found:
            pairs = zip(found.groups(), _SECONDS, strict=True)
            return sum(float(amount) * unit for amount, unit in pairs if amount)
    raise ValueError("must be seconds, or a duration such as 45s, 90m, 2h or 1h30m")


Duration = Annotated[
    float,
    BeforeValidator(parse_duration),
    WithJsonSchema(
        {
            "anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": _PATTERN}],
            "examples": [600, "45s", "90m", "2h", "1h30m"],
        }
    ),
]
"""Seconds, or a text such as `2h`."""
