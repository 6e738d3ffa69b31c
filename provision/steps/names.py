"""Parameters that a user may write as one string or as a list of them."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from provision.steps.step import StepContext


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


def call_id(context: StepContext, what: str) -> str | None:
    """Name a recorded call of a task: the same in every part of one run, another in each run.

    None in check mode, which records nothing.
    """
    if context.check:
        return None
    name = f"{context.run}-{context.key}-{what}"
    if len(name) <= 100:
        return name
    return f"{name[:83]}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
