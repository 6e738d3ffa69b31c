"""Parameters that a user may write as one string or as a list of them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Strings = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""Any number of strings; one may stand alone."""

Names = Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)]
"""At least one name; one may stand alone."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{64}$")]
"""A SHA-256 in hexadecimal."""


def listing(names: tuple[str, ...]) -> str:
    """Write names as a reader would: "a, b and c"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
