"""Parameters that several steps have: names, one or a list of them; hashes; addresses."""

from __future__ import annotations

import string
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from provision.model.shape import Shape


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Strings = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""Any number of strings; one may stand alone."""

Names = Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)]
"""At least one name; one may stand alone."""


def _hash(text: str) -> str:
    if text.lower().startswith("sha256:"):
        raise ValueError("a SHA-256 is 64 hexadecimal digits alone: leave out 'sha256:'")
    strange = next((letter for letter in text if letter not in string.hexdigits), None)
    if strange is not None:
        raise ValueError(f"a SHA-256 is 64 hexadecimal digits, and {strange!r} is none")
    if len(text) != 64:
        raise ValueError(f"a SHA-256 is 64 hexadecimal digits, and here are {len(text)}")
    return text


Sha256 = Annotated[str, AfterValidator(_hash), Shape(r"^[0-9A-Fa-f]{64}$", "64 hexadecimal digits")]
"""A SHA-256 in hexadecimal."""

WebAddress = Annotated[str, Shape(r"^https?://", "an http:// or https:// address")]
"""An address that can be fetched."""


def listing(names: tuple[str, ...]) -> str:
    """Write names as a reader would: "a, b and c"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
