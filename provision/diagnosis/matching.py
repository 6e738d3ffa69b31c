"""What was seen on a host → the known issues in it.

A typed match (an id, an HRESULT, an exit code) outranks a match by text, since Windows translates
its texts. An issue that only says that something failed is outranked by one that says why.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from provision.diagnosis.catalogue import CATALOGUE
from provision.diagnosis.issue import KnownIssue, Pattern


@dataclass(frozen=True, slots=True)
class Sighting:
    """One thing that a host reported.

    Args:
        text: The message, in the host's language; may have several lines.
        id: `FullyQualifiedErrorId`, empty when there is none.
        hresult: `0x` and eight digits, empty when there is none.
        kind: The record's kind; kept for readers.
        exit_code: Of a program that ended.
    """

    text: str
    id: str = ""
    hresult: str = ""
    kind: str = "error"
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A known issue in a sighting.

    Args:
        place: Index of the sighting among those that were searched.
        typed: It was told by an id or a code, not by a text.
    """

    issue: KnownIssue
    sighting: Sighting
    place: int
    typed: bool


def find_issues(
    sightings: Sequence[Sighting],
    generation: str = "",
    catalogue: Sequence[KnownIssue] = CATALOGUE,
) -> tuple[Finding, ...]:
    """Give all known issues in the sightings' order; within one sighting the surest first.

    Args:
        generation: `tp4`, `tp5`, `rtm`, or empty when it is not known.
    """
    found = []
    for place, sighting in enumerate(sightings):
        here = []
        for issue in catalogue:
            if generation and issue.generations and generation not in issue.generations:
                continue
            fitting = [p for p in issue.patterns if _fits(p, sighting)]
            if fitting:
                typed = any(p.typed for p in fitting)
                here.append(Finding(issue, sighting, place, typed))
        found += sorted(here, key=lambda f: (f.issue.superficial, not f.typed))
    return tuple(found)


def deepest(findings: Sequence[Finding]) -> Finding | None:
    """The first finding that gives a reason; else the first that there is."""
    reasons = [finding for finding in findings if not finding.issue.superficial]
    return next(iter([*reasons, *findings]), None)


def issue_by_id(issue: str) -> KnownIssue:
    """Look an issue up.

    Raises:
        KeyError: The catalogue has no such issue.
    """
    return {known.id: known for known in CATALOGUE}[issue]


def _fits(pattern: Pattern, seen: Sighting) -> bool:
    if pattern.exit_code is not None and pattern.exit_code != seen.exit_code:
        return False
    if pattern.id and not _compiled(pattern.id).search(seen.id):
        return False
    if pattern.hresult:
        code = pattern.hresult.lower()
        if code != seen.hresult.lower() and code not in seen.text.lower():
            return False
    return not pattern.text or bool(_compiled(pattern.text).search(" ".join(seen.text.split())))


@lru_cache(maxsize=512)
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)
