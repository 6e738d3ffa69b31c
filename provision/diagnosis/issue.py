"""A known issue: what it looks like, why it happens, what to do."""

from __future__ import annotations

from dataclasses import dataclass

from provision.diagnosis.generation import between, canonical


@dataclass(frozen=True, slots=True)
class Pattern:
    """One look of a known issue; every part that is given must fit.

    Windows prints its messages in the host's language, so a pattern with an id or an HRESULT is
    worth more than a text. Texts of scripts and of programs that know one language only are safe.

    Args:
        text: Regular expression, sought without regard to white space and to upper and lower
            case. It has at least six characters in a row that are meant literally, outside of any
            group: by these it is sought first. Gaps are bounded (`.{0,80}`, never `.*`).
        id: Regular expression, sought in `FullyQualifiedErrorId`.
        hresult: `0x` and eight hexadecimal digits: the record's HRESULT, or a code in the message,
            which no locale translates.
        exit_code: Of a program.
        in_container: What was seen comes out of a container, as far as that can be told.
    """

    text: str = ""
    id: str = ""
    hresult: str = ""
    exit_code: int | None = None
    in_container: bool = False

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
        patterns: Any one of them tells the issue; the surest first: ids, HRESULTs, exit codes,
            texts.
        cause: Why it happens.
        remedy: What to do about it.
        source: Where the knowledge comes from: threads such as `moby/moby#30280`, addresses, names
            of scripts; separated by semicolons.
        since: The first generation that it can occur on; empty when all before can.
        until: The last one; empty when all later can.
        warning_if: Kinds of checks that must be there and hold, for it to have done no harm. Empty
            when a task that reached its goal is proof enough.
        superficial: It names no reason: the lines that follow in the message do.
        follows: Issues of which it can be a mere consequence.
        harmless: What to tell when it did no harm.
    """

    id: str
    title: str
    patterns: tuple[Pattern, ...]
    cause: str
    remedy: str
    source: str
    since: str = ""
    until: str = ""
    warning_if: tuple[str, ...] = ()
    superficial: bool = False
    follows: tuple[str, ...] = ()
    harmless: str = "Nothing needs to be done: the task reached its goal."

    def occurs_on(self, generation: str) -> bool:
        """Whether it can be met there; a generation that is not known rules nothing out."""
        name = canonical(generation)
        return not name or name in between(self.since, self.until)
