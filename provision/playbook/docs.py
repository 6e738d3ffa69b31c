"""A model's documentation for users, taken from its docstring."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass

_ARGUMENT = re.compile(r"    (\w+): (.*)")


@dataclass(frozen=True, slots=True)
class Docs:
    """A docstring in its parts.

    Args:
        summary: Its first paragraph, as one line.
        body: What follows, up to the first section.
        arguments: What each parameter is for, each as one line.
    """

    summary: str
    body: str
    arguments: dict[str, str]


def docs_of(text: str | None) -> Docs:
    """Take a docstring apart."""
    head, _, sections = inspect.cleandoc(text or "").partition("\nArgs:\n")
    head = re.split(r"^\w[\w ]*:\n    ", head, maxsplit=1, flags=re.MULTILINE)[0]
    summary, _, body = head.strip().partition("\n\n")
    return Docs(" ".join(summary.split()), body.strip(), _arguments(sections))


def _arguments(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        if line and not line.startswith(" "):
            break
        if match := _ARGUMENT.fullmatch(line):
            name = match.group(1)
            found[name] = match.group(2)
        elif name and line.strip():
            found[name] += " " + line.strip()
    return found
