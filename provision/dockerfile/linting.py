"""Applies the rules to a Dockerfile."""

from __future__ import annotations

from collections.abc import Collection

from provision.dockerfile.finding import Finding
from provision.dockerfile.ignoring import ignored
from provision.dockerfile.rule import Hit, Rule
from provision.dockerfile.rules import RULES
from provision.dockerfile.syntax import Document, read
from provision.dockerfile.target import Target


def lint(
    text: str, target: Target, name: str = "Dockerfile", ignore: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Find the traps in a Dockerfile for Windows.

    Changes nothing, reads no other file, and asks no registry.

    Args:
        text: The whole file.
        target: The generation of the host that builds and runs the image.
        name: The file's name, for messages.
        ignore: Ids of rules to leave out.

    Returns:
        The findings in the order of their places.

    Raises:
        InputError: The text is no Dockerfile: binary, empty, or without any instruction of one.
    """
    document = read(text, name)
    return tuple(as_finding(rule, hit) for rule, hit in hits(document, target, ignore))


def hits(
    document: Document, target: Target, ignore: Collection[str] = ()
) -> list[tuple[Rule, Hit]]:
    """Find what `lint` reports, with the edits that would mend it."""
    quiet = ignored(document)
    found = [
        (rule, hit)
        for rule in RULES.values()
        if rule.id not in ignore and target.between(rule.since, rule.until)
        for hit in rule.check(document, target)
        if rule.id not in quiet.get(hit.place.line, ())
    ]
    misread = _misread(document, found)
    kept = [(rule, hit) for rule, hit in found if rule.misread or hit.place.line not in misread]
    return sorted(kept, key=lambda one: (one[1].place.line, one[1].place.column, one[0].id))


def _misread(document: Document, found: list[tuple[Rule, Hit]]) -> set[int]:
    lines = {hit.place.line for rule, hit in found if rule.misread}
    return {
        line
        for one in document.instructions
        if lines & set(range(one.line, one.end_line + 1))
        for line in range(one.line, one.end_line + 1)
    }


def as_finding(rule: Rule, hit: Hit) -> Finding:
    """Say what a rule found as others see it."""
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        line=hit.place.line,
        column=hit.place.column,
        message=hit.message,
        why=rule.why,
        fix=hit.fix or rule.fix,
    )
