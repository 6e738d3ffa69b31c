"""The result of checking one Dockerfile, as outputs need it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from provision.dockerfile.base_image import guess_target
from provision.dockerfile.finding import Finding
from provision.dockerfile.linting import as_finding, hits
from provision.dockerfile.rule import Hit, Rule
from provision.dockerfile.syntax import read
from provision.dockerfile.target import DEFAULT, Target


@dataclass(frozen=True, slots=True)
class Checked:
    """A Dockerfile that was checked.

    Args:
        name: As the user gave it.
        target: What it was checked for.
        reason: Why for that one, for people.
        found: What was found, in the order of places.
        mended: How many mends were made before.
    """

    name: str
    target: Target
    reason: str
    found: tuple[tuple[Rule, Hit], ...]
    mended: int = 0

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found."""
        return tuple(as_finding(rule, hit) for rule, hit in self.found)


def choose_target(text: str, name: str, wanted: Target | None) -> tuple[Target, str]:
    """Decide what to check a Dockerfile for; gives the reason too.

    Raises:
        InputError: The text is no Dockerfile.
    """
    if wanted is not None:
        return wanted, "as asked for"
    guessed = guess_target(read(text, name))
    if guessed is not None:
        return guessed, "guessed from the tag of its base image"
    return DEFAULT, "since no tag of a base image says otherwise"


def check(
    text: str,
    name: str,
    target: Target,
    reason: str,
    ignore: Collection[str] = (),
    mended: int = 0,
) -> Checked:
    """Check one Dockerfile.

    Raises:
        InputError: The text is no Dockerfile.
    """
    found = hits(read(text, name), target, ignore)
    return Checked(name, target, reason, tuple(found), mended)
