"""Known issues as text, as data, and as Markdown."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Any

from provision.diagnosis.catalogue import CATALOGUE, FAMILIES
from provision.diagnosis.issue import KnownIssue, Pattern

_WIDTH = 88
_THREAD = re.compile(r"([\w.-]+/[\w.-]+)#(\d+)")
_SCRIPT = "Install-ContainerHost.ps1"
_SCRIPTS = (
    "https://github.com/MicrosoftDocs/Virtualization-Documentation/blob/"
    "c1fc1d2aeb50c5e5665296d69c8007059c466372/windows-server-container-tools/"
    "Install-ContainerHost/Install-ContainerHost.ps1"
)


def listing() -> Iterator[str]:
    """List all, by family."""
    width = max(len(issue.id) for issue in CATALOGUE)
    first = True
    for title, issues in FAMILIES.values():
        if not first:
            yield ""
        first = False
        yield title
        for issue in issues:
            yield f"  {issue.id:<{width}}  {issue.title}"


def page(issue: KnownIssue) -> Iterator[str]:
    """Explain one."""
    yield f"{issue.id}: {issue.title}"
    yield ""
    yield from _paragraph("why", issue.cause)
    yield from _paragraph("what to do", issue.remedy)
    yield from _paragraph("warning or failure", _judged(issue))
    yield from _paragraph("occurs on", occurs(issue))
    if issue.follows:
        yield from _paragraph("may follow from", ", ".join(issue.follows))
    yield "  told by:"
    yield from (f"    {look(pattern)}" for pattern in issue.patterns)
    yield "  sources:"
    yield from (f"    {where}" for where in sources(issue))


def markdown() -> Iterator[str]:
    """Write the page of all known issues; every issue has its id as its anchor."""
    yield f"{len(CATALOGUE)} issues. `provision explain ID` shows the same in a terminal;"
    yield "`provision diagnose FILE` looks for all of them in a log."
    for name, (title, issues) in FAMILIES.items():
        yield ""
        yield f"- [{title}](#{_slug(f'{name}: {title}')}): " + ", ".join(
            f"[`{issue.id}`](#{issue.id})" for issue in issues
        )
    for name, (title, issues) in FAMILIES.items():
        yield ""
        yield f"## {name}: {title}"
        for issue in issues:
            yield ""
            yield f"### {issue.id}"
            yield ""
            yield f"**{_escaped(issue.title)}.** {_escaped(issue.cause)}"
            yield ""
            yield f"*What to do:* {_escaped(issue.remedy)}"
            yield ""
            yield f"- {_escaped(_judged(issue))}"
            yield f"- Occurs on {occurs(issue)}."
            if issue.follows:
                links = ", ".join(f"[`{one}`](#{one})" for one in issue.follows)
                yield f"- May be a mere consequence of {links}."
            yield "- Told by:"
            yield from (f"  - {_code(look(pattern))}" for pattern in issue.patterns)
            yield "- Sources: " + ", ".join(_link(source) for source in issue.source.split("; "))


def data(issue: KnownIssue) -> dict[str, Any]:
    """Give one as plain data."""
    family = next(name for name, (_, issues) in FAMILIES.items() if issue in issues)
    return {
        "id": issue.id,
        "family": family,
        "title": issue.title,
        "cause": issue.cause,
        "remedy": issue.remedy,
        "since": issue.since or None,
        "until": issue.until or None,
        "superficial": issue.superficial,
        "warning_if": list(issue.warning_if),
        "follows": list(issue.follows),
        "patterns": [
            {
                "id": pattern.id or None,
                "hresult": pattern.hresult or None,
                "exit_code": pattern.exit_code,
                "text": pattern.text or None,
                "in_container": pattern.in_container,
            }
            for pattern in issue.patterns
        ],
        "sources": list(sources(issue)),
    }


def look(pattern: Pattern) -> str:
    """Describe a pattern in one line."""
    parts = []
    if pattern.id:
        parts.append(f"FullyQualifiedErrorId ~ {pattern.id}")
    if pattern.hresult:
        parts.append(f"HRESULT {pattern.hresult}")
    if pattern.exit_code is not None:
        parts.append(f"exit code {pattern.exit_code}")
    if pattern.text:
        parts.append(f"text ~ {pattern.text}")
    if pattern.in_container:
        parts.append("out of a container")
    return " and ".join(parts)


def sources(issue: KnownIssue) -> Iterator[str]:
    """Give the sources, threads as addresses."""
    for source in issue.source.split("; "):
        found = _THREAD.fullmatch(source)
        yield f"https://github.com/{found[1]}/issues/{found[2]}" if found else source


def occurs(issue: KnownIssue) -> str:
    """Say on which generations it occurs."""
    if not issue.since and not issue.until:
        return "every Windows Server that hosts containers"
    if issue.since == issue.until:
        return f"{issue.since} only"
    if not issue.until:
        return f"{issue.since} and later"
    return f"{issue.since} to {issue.until}" if issue.since else f"{issue.until} and earlier"


def _judged(issue: KnownIssue) -> str:
    if issue.superficial and not issue.warning_if:
        return "It names no reason: look for another issue beside it."
    if issue.warning_if:
        kinds = " and ".join(issue.warning_if)
        return f"A warning when the task's checks of {kinds} hold; a failure when they do not."
    return "A warning when the task reached its goal all the same; else a failure."


def _paragraph(label: str, text: str) -> Iterator[str]:
    yield f"  {label}:"
    yield from textwrap.wrap(
        text, _WIDTH, initial_indent="    ", subsequent_indent="    ", break_long_words=False
    )


def _link(source: str) -> str:
    found = _THREAD.fullmatch(source)
    if found:
        return f"[{source}](https://github.com/{found[1]}/issues/{found[2]})"
    if source == _SCRIPT:
        return f"[{source}]({_SCRIPTS})"
    return f"<{source}>" if source.startswith("https://") else source


def _slug(title: str) -> str:
    return re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-")


def _escaped(text: str) -> str:
    return re.sub(r"([<>*_|])", r"\\\1", text)


def _code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}"
