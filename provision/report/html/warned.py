"""Warnings of several hosts, one card for each known issue."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from provision.journal.story import RunStory, WarningStory
from provision.report.html.content import Warned
from provision.report.html.run_part import known_cause


def warned_of(
    stories: Iterable[tuple[str, RunStory]], before: Collection[tuple[str, str]] | None
) -> tuple[Warned, ...]:
    """Gather warnings by issue: those that nobody expects first, new ones before old ones.

    Args:
        stories: Runs with the names of their hosts.
        before: Host and issue of the night before; None when there is none to compare with.
    """
    groups: dict[tuple[str, bool], list[tuple[str, WarningStory]]] = {}
    for host, story in stories:
        for warning in story.warnings:
            groups.setdefault((warning.issue, warning.expected), []).append((host, warning))
    found = [
        Warned(
            issue=issue,
            brief=seen[0][1].brief,
            cause=known_cause(issue).removeprefix(f"{seen[0][1].brief}. "),
            remedy=seen[0][1].remedy,
            expected=expected,
            new=before is not None and any((host, issue) not in before for host, _ in seen),
            seen=_seen(seen),
        )
        for (issue, expected), seen in groups.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.expected, not one.new)))


def _seen(seen: Iterable[tuple[str, WarningStory]]) -> tuple[tuple[str, str], ...]:
    """Where it was seen and what; hosts that saw the same stand together."""
    together: dict[tuple[str, str], dict[str, None]] = {}
    for host, one in seen:
        together.setdefault((one.name, one.evidence), {})[host] = None
    return tuple(
        (f"{', '.join(hosts)}: “{name}”", evidence) for (name, evidence), hosts in together.items()
    )
