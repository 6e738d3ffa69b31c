"""What was found in a log, as text and as data."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from provision.cli.searched import Searched
from provision.diagnosis.log_search import LogFinding
from provision.report.text import clean, plural

_WIDTH = 96


def page(searched: Searched) -> Iterator[str]:
    """Tell of everything found, in the order in which it matters."""
    name = clean(searched.name)
    if not searched.findings:
        yield f"{name}: no known issue"
        return
    yield f"{name}: {plural(len(searched.findings), 'known issue')}, causes first"
    for number, finding in enumerate(searched.findings, 1):
        issue = finding.issue
        yield ""
        yield f"{number}. {issue.id}: {issue.title}"
        yield f"   seen        {_where(searched, finding)}"
        yield f"               {clean(finding.excerpt)}"
        if finding.after:
            yield f"   perhaps     only a consequence of {', '.join(finding.after)}"
        if issue.id in searched.warned:
            yield "   warning     the run went on after it; `provision show` says why"
        yield from _labelled("why", issue.cause)
        yield from _labelled("what to do", issue.remedy)


def data(searched: Searched, finding: LogFinding) -> dict[str, Any]:
    """Give a finding as plain data."""
    issue = finding.issue
    return {
        "file": searched.name,
        "issue": issue.id,
        "title": issue.title,
        "cause": issue.cause,
        "remedy": issue.remedy,
        "lines": list(finding.lines),
        "count": finding.count,
        "excerpt": finding.excerpt,
        "typed": finding.typed,
        "superficial": issue.superficial,
        "after": list(finding.after),
        "warned": issue.id in searched.warned,
        "part": searched.part_of(finding.lines[0]) or None,
    }


def _where(searched: Searched, finding: LogFinding) -> str:
    more = finding.count - len(finding.lines)
    lines = ", ".join(str(line) for line in finding.lines) + (f" and {more} more" if more else "")
    told = f"line{'s' if finding.count > 1 else ''} {lines}"
    if part := searched.part_of(finding.lines[0]):
        # A run's lines have no numbers that anybody could look up.
        told = f"{clean(part)}, {plural(finding.count, 'time')}"
    return told + ("" if finding.typed else ", told by its text")


def _labelled(label: str, text: str) -> Iterator[str]:
    yield from textwrap.wrap(
        text, _WIDTH, initial_indent=f"   {label:<12}", subsequent_indent=" " * 15
    )
