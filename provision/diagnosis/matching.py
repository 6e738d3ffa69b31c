"""What was seen on a host → the known issues in it.

A typed match (an id, an HRESULT, an exit code) outranks a match by text, since Windows translates
its texts. An issue that only says that something failed is outranked by one that says why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from provision.diagnosis.catalogue import CATALOGUE
from provision.diagnosis.issue import KnownIssue, Pattern
from provision.diagnosis.squeeze import anchor, expression, plain, squeeze


@dataclass(frozen=True, slots=True)
class Sighting:
    """One thing that a host reported.

    Args:
        text: The message, in the host's language; may have several lines.
        id: `FullyQualifiedErrorId`, empty when there is none.
        hresult: `0x` and eight digits, empty when there is none.
        kind: The record's kind; kept for readers.
        exit_code: Of a program that ended.
        in_container: It comes out of a container; false also when that is not known.
    """

    text: str
    id: str = ""
    hresult: str = ""
    kind: str = "error"
    exit_code: int | None = None
    in_container: bool = False


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
        generation: `tp4`, `tp5`, `rtm`, `2019`, …; empty when it is not known.
    """
    found = []
    for place, sighting in enumerate(sightings):
        squeezed = squeeze(plain(sighting.text.encode("utf-8", "replace")))
        here = []
        for issue in catalogue:
            if not issue.occurs_on(generation):
                continue
            fitting = [p for p in issue.patterns if _fits(p, sighting, squeezed)]
            if fitting:
                typed = any(p.typed for p in fitting)
                here.append(Finding(issue, sighting, place, typed))
        found += sorted(here, key=_rank)
    return tuple(found)


def deepest(findings: Sequence[Finding]) -> Finding | None:
    """The first finding that gives a reason and follows from no other; else the first at all."""
    seen = {finding.issue.id for finding in findings}
    reasons = [finding for finding in findings if not finding.issue.superficial]
    roots = [finding for finding in reasons if not seen & set(finding.issue.follows)]
    return next(iter([*roots, *reasons, *findings]), None)


def causes_first(issues: Iterable[KnownIssue]) -> tuple[KnownIssue, ...]:
    """Order issues that were found together: causes, their consequences, then mere surfaces."""
    known = {issue.id: issue for issue in issues}

    def depth(issue: KnownIssue, above: frozenset[str] = frozenset()) -> int:
        inner = above | {issue.id}
        return max(
            (1 + depth(known[c], inner) for c in issue.follows if c in known and c not in inner),
            default=0,
        )

    return tuple(sorted(known.values(), key=lambda issue: (issue.superficial, depth(issue))))


def issue_by_id(issue: str) -> KnownIssue:
    """Look an issue up.

    Raises:
        KeyError: The catalogue has no such issue.
    """
    return {known.id: known for known in CATALOGUE}[issue]


def code_forms(hresult: str) -> tuple[bytes, ...]:
    """The ways in which a code is written in messages: hexadecimal, and as a negative number."""
    return hresult.lower().encode(), str(int(hresult, 16) - (1 << 32)).encode()


def _rank(finding: Finding) -> tuple[bool, bool, bool]:
    """Reasons before surfaces, typed before text, what containers alone have before the rest."""
    placed = any(pattern.in_container for pattern in finding.issue.patterns)
    return finding.issue.superficial, not finding.typed, not placed


def _fits(pattern: Pattern, seen: Sighting, squeezed: bytes) -> bool:
    if pattern.in_container and not seen.in_container:
        return False
    if pattern.exit_code is not None and pattern.exit_code != seen.exit_code:
        return False
    if pattern.id and not _compiled(pattern.id).search(seen.id):
        return False
    if (
        pattern.hresult
        and pattern.hresult.lower() != seen.hresult.lower()
        and not any(form in squeezed for form in code_forms(pattern.hresult))
    ):
        return False
    if not pattern.text:
        return True
    return anchor(pattern.text) in squeezed and bool(expression(pattern.text).search(squeezed))


@lru_cache(maxsize=512)
def _compiled(written: str) -> re.Pattern[str]:
    return re.compile(written, re.IGNORECASE)
