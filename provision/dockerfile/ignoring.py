"""Comments that say which rules not to apply: `# provision: ignore=RULE,RULE`."""

from __future__ import annotations

import re

from provision.dockerfile.syntax import Document

_COMMENT = re.compile(r"\s*#\s*provision:\s*ignore\s*=\s*(.+?)\s*\Z", re.IGNORECASE)


def ignored(document: Document) -> dict[int, frozenset[str]]:
    """Give, for each line, the rules that a comment turns off there.

    A comment is good for the instruction that follows, or for the one that it stands in.
    """
    found: dict[int, frozenset[str]] = {}
    previous = 0
    for start, end in _spans(document):
        before = _named(document, previous + 1, start - 1)
        rules = before | _named(document, start, end)
        for line in range(start, end + 1):
            found[line] = rules
        previous = end
    return found


def _spans(document: Document) -> list[tuple[int, int]]:
    spans = [(one.joined.start_line, one.end_line) for one in document.instructions]
    spans += [(place.line, place.line) for place, _ in document.broken]
    return sorted(spans)


def _named(document: Document, first: int, last: int) -> frozenset[str]:
    rules: set[str] = set()
    for number in range(first, last + 1):
        match = _COMMENT.match(document.source.line(number))
        if match:
            rules.update(rule.strip().lower() for rule in match[1].split(","))
    return frozenset(rules)
