"""A known issue: what it looks like, why it happens, what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pattern:
    """One look of a known issue; every part that is given must fit.

    Windows prints its messages in the host's language, so a pattern with an id or an HRESULT is
    worth more than a text. Texts of scripts and of programs that know one language only are safe.

    Args:
        text: Regular expression, sought in the message with all white space made single spaces;
            upper and lower case are the same.
        id: Regular expression, sought in `FullyQualifiedErrorId`.
        hresult: `0x` and eight hexadecimal digits: the record's HRESULT, or a code in the message,
            which no locale translates.
        exit_code: Of a program.
    """

    text: str = ""
    id: str = ""
    hresult: str = ""
    exit_code: int | None = None

    @property
    def typed(self) -> bool:
        """Whether it tells the issue without reading a language."""
        return bool(self.id or self.hresult) or self.exit_code is not None


@dataclass(frozen=True, slots=True)
class KnownIssue:
    """An entry of the catalogue.

    Args:
        id: Stable; what `expect_warnings` and events name.
        title: One line for people.
        patterns: Any one of them tells the issue.
        cause: Why it happens.
        remedy: What to do about it.
        source: Where the knowledge comes from.
        generations: The Windows generations it can occur on; empty for all.
        warning_if: Kinds of checks that must be there and hold, for it to have done no harm. Empty
            when a task that reached its goal is proof enough.
        superficial: It names no reason: the lines that follow in the message do.
        harmless: What to tell when it did no harm.
    """

    id: str
    title: str
    patterns: tuple[Pattern, ...]
    cause: str
    remedy: str
    source: str
    generations: frozenset[str] = frozenset()
    warning_if: tuple[str, ...] = ()
    superficial: bool = False
    harmless: str = "Nothing needs to be done: the task reached its goal."
