"""Known issues in logs of any length, in constant memory.

A log is read in blocks. Each is squeezed whole, and in that every pattern's anchor is sought, which
is the fastest search that there is; only patterns whose anchor is there are tried. The end of each
block is searched once more with the next, so that nothing is lost between two.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from provision.diagnosis.catalogue import CATALOGUE
from provision.diagnosis.issue import KnownIssue, Pattern
from provision.diagnosis.log_passages import ErrorBlock, Passage
from provision.diagnosis.matching import causes_first, code_forms
from provision.diagnosis.squeeze import anchor, expression

OVERLAP = 16 * 1024
"""Bytes of a block's end that are searched again with the next block."""

MOST_LINES = 5
"""Line numbers kept of each issue; further ones are only counted."""

_Hit = tuple[int, bool]
"""The index of a line, and whether the match was typed."""


@dataclass(frozen=True, slots=True)
class LogFinding:
    """A known issue in a log.

    Args:
        lines: The first numbers of lines where it was seen, from 1.
        count: In how many lines it was seen.
        excerpt: The first such line.
        typed: It was told by an id or a code, not by a text alone.
        after: Ids of issues, found too, of which it may be a mere consequence.
    """

    issue: KnownIssue
    lines: tuple[int, ...]
    count: int
    excerpt: str
    typed: bool
    after: tuple[str, ...] = ()


class LogSearch:
    """Searches a log that is fed block by block.

    Args:
        generation: Issues that cannot occur on it are left out; empty for all.
    """

    def __init__(self, generation: str = "", catalogue: Sequence[KnownIssue] = CATALOGUE) -> None:
        self._by_anchor: dict[bytes, list[tuple[KnownIssue, Pattern]]] = defaultdict(list)
        self._by_exit_code: dict[int, list[KnownIssue]] = defaultdict(list)
        self._by_id: list[tuple[KnownIssue, Pattern, re.Pattern[str]]] = []
        for issue in catalogue:
            if issue.occurs_on(generation):
                for pattern in issue.patterns:
                    self._file(issue, pattern)
        self._found: dict[str, LogFinding] = {}
        self._last: dict[str, int] = {}
        self._rest = b""
        self._line = 1

    def _file(self, issue: KnownIssue, pattern: Pattern) -> None:
        if pattern.in_container:
            # A log does not tell where its lines come from.
            return
        if pattern.id:
            compiled = re.compile(pattern.id, re.IGNORECASE)
            self._by_id.append((issue, pattern, compiled))
        elif pattern.exit_code is not None:
            self._by_exit_code[pattern.exit_code].append(issue)
        elif pattern.text:
            self._by_anchor[anchor(pattern.text)].append((issue, pattern))
        else:
            for form in code_forms(pattern.hresult):
                self._by_anchor[form].append((issue, pattern))

    def feed(self, block: bytes) -> None:
        """Search one more block; blocks need not end with a line."""
        raw = self._rest + block
        end = raw.rfind(b"\n") + 1 or len(raw)
        if end < len(raw) and len(raw) - end > OVERLAP:
            end = len(raw)
        self._search(raw[:end])
        again = raw.find(b"\n", max(0, end - OVERLAP), end) + 1 or max(0, end - OVERLAP)
        again = min(again, end) if end > OVERLAP else 0
        self._line += raw.count(b"\n", 0, again)
        self._rest = raw[again:]

    def finish(self) -> tuple[LogFinding, ...]:
        """Search what is left, and give all findings: causes before their consequences."""
        if self._rest:
            self._search(self._rest)
            self._rest = b""
        order = {issue.id: n for n, issue in enumerate(causes_first(self._issues()))}
        found = sorted(self._found.values(), key=lambda f: order[f.issue.id])
        return tuple(
            replace(one, after=tuple(i for i in one.issue.follows if i in self._found))
            for one in found
        )

    def _issues(self) -> list[KnownIssue]:
        """Those found, the earliest first."""
        found = sorted(self._found.values(), key=lambda f: (f.lines[0], not f.typed))
        return [one.issue for one in found]

    def _search(self, raw: bytes) -> None:
        passage = Passage(raw)
        hits: dict[str, tuple[KnownIssue, list[_Hit]]] = {}
        for issue, hit in self._hits(passage):
            hits.setdefault(issue.id, (issue, []))[1].append(hit)
        for issue, here in hits.values():
            self._note(issue, here, passage)

    def _hits(self, passage: Passage) -> Iterator[tuple[KnownIssue, _Hit]]:
        squeezed = passage.squeezed
        for literal, patterns in self._by_anchor.items():
            if literal not in squeezed:
                continue
            for issue, pattern in patterns:
                for start in _places(pattern, literal, passage):
                    yield issue, (passage.line_of(start), pattern.typed)
        for code, start in passage.exit_codes(self._by_exit_code):
            for issue in self._by_exit_code[code]:
                yield issue, (passage.line_of(start), True)
        for block in passage.error_blocks():
            for issue, pattern, compiled in self._by_id:
                if _is(block, pattern, compiled):
                    yield issue, (block.line, True)

    def _note(self, issue: KnownIssue, hits: list[_Hit], passage: Passage) -> None:
        last = self._last.get(issue.id, 0)
        lines = sorted({index for index, _ in hits if self._line + index > last})
        if not lines:
            return
        typed = any(sure for _, sure in hits)
        numbers = [self._line + index for index in lines]
        self._last[issue.id] = numbers[-1]
        known = self._found.get(issue.id)
        if known is None:
            known = LogFinding(issue, (), 0, passage.shown(lines[0]), typed)
        self._found[issue.id] = replace(
            known,
            lines=(*known.lines, *numbers)[:MOST_LINES],
            count=known.count + len(numbers),
            typed=known.typed or typed,
        )


def search_log(
    log: Iterable[bytes], generation: str = "", catalogue: Sequence[KnownIssue] = CATALOGUE
) -> tuple[LogFinding, ...]:
    """Search a whole log; see `LogSearch`."""
    search = LogSearch(generation, catalogue)
    for block in log:
        search.feed(block)
    return search.finish()


def _places(pattern: Pattern, literal: bytes, passage: Passage) -> Iterator[int]:
    if not pattern.text:
        place = passage.squeezed.find(literal)
        while place >= 0:
            yield place
            place = passage.squeezed.find(literal, place + 1)
        return
    for found in expression(pattern.text).finditer(passage.squeezed):
        if pattern.hresult:
            near = passage.around(found.start(), found.end())
            if not any(form in near for form in code_forms(pattern.hresult)):
                continue
        yield found.start()


def _is(block: ErrorBlock, pattern: Pattern, compiled: re.Pattern[str]) -> bool:
    if not any(compiled.search(reading) for reading in block.ids):
        return False
    if pattern.hresult and not any(f in block.context for f in code_forms(pattern.hresult)):
        return False
    return not pattern.text or bool(expression(pattern.text).search(block.context))
