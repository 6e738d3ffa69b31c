"""A rule: what it looks for, why, what to do, and an example of both."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from provision.dockerfile.finding import Severity
from provision.dockerfile.joining import Place
from provision.dockerfile.syntax import Document
from provision.dockerfile.target import Target


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of a few characters of one line.

    Args:
        place: Of the first character that goes.
        length: How many characters go, in that line.
        text: What comes in their place.
    """

    place: Place
    length: int
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where a rule found something.

    Args:
        place: Where.
        message: One line: what is there.
        edits: What `--fix` changes; nothing when a person must decide.
        fix: In place of the rule's own, when more is known.
    """

    place: Place
    message: str
    edits: tuple[Edit, ...] = ()
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One trap.

    Args:
        id: Stable; what findings, `--ignore` and comments name.
        title: One line for people.
        severity: An error fails the build or makes a wrong image; a warning may.
        check: Finds it.
        why: What happens because of it.
        fix: What to write in its place.
        bad: A Dockerfile in which the rule finds exactly one thing, and no other rule any.
        good: The same without the trap.
        source: Where the knowledge comes from.
        since: The first generation that has the trap.
        until: The last one.
        example: The target that the examples are for.
        misread: Docker reads an instruction that nobody wrote, so that what other rules find in
            it would mislead.
    """

    id: str
    title: str
    severity: Severity
    check: Callable[[Document, Target], Iterable[Hit]]
    why: str
    fix: str
    bad: str
    good: str
    source: str
    since: Target = Target.TP4
    until: Target = Target.WS2025
    example: Target = Target.WS2022
    misread: bool = False
