"""What a rule found at a place of a Dockerfile."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """What a finding means for the build."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One trap at one place.

    Args:
        rule: The rule's id, which `--ignore` and the inline comment name.
        severity: An error fails the build or makes a wrong image; a warning may.
        line: Counted from 1.
        column: Counted from 1, in characters.
        message: One line: what is there.
        why: What happens because of it.
        fix: What to write in its place.
    """

    rule: str
    severity: Severity
    line: int
    column: int
    message: str
    why: str
    fix: str
