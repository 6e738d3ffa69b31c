"""What a page says, as plain frozen data: who fills it in knows nothing of HTML.

Texts of hosts may stand here as they came; the page escapes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from provision.report.html.timeline import Timeline
from provision.report.html.trend import Trend


class Mark(Enum):
    """How something ended: a word for style sheets, and a sign that needs no colour."""

    GOOD = ("good", "✔")
    BAD = ("bad", "✖")
    WARN = ("warn", "▲")
    IDLE = ("idle", "○")

    @property
    def style(self) -> str:
        """The word."""
        return self.value[0]

    @property
    def sign(self) -> str:
        """The sign."""
        return self.value[1]


def mark_of(outcome: str) -> Mark:
    """Give the mark of a task's, a run's, a VM's or a night's outcome."""
    if outcome in ("ok", "changed", "green"):
        return Mark.GOOD
    return Mark.IDLE if outcome in ("skipped", "open", "interrupted", "not begun") else Mark.BAD


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its text."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line that an installer spoke.

    Args:
        elapsed: Host seconds since its task began.
        kind: `output`, `information`, `warning`, `error`.
    """

    elapsed: float
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Log:
    """The lines of one task, within bounds.

    Args:
        left_out: How many lines are missing between the first and the last ones.
        command: Shows them all.
    """

    task: str
    first: tuple[LogLine, ...]
    left_out: int = 0
    last: tuple[LogLine, ...] = ()
    command: str = ""

    @property
    def count(self) -> int:
        """All lines, also those that are left out."""
        return len(self.first) + self.left_out + len(self.last)


@dataclass(frozen=True, slots=True)
class CheckRow:
    """What was demanded and what was found."""

    check: str
    mark: Mark
    found: str


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task.

    Args:
        took: For people; empty when it did not run.
        lines: Its evidence, or why it failed or was skipped, and its changes.
    """

    number: int
    name: str
    step: str
    mark: Mark
    outcome: str
    took: str
    lines: tuple[str, ...] = ()
    checks: tuple[CheckRow, ...] = ()
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class RunPart:
    """One run of one playbook.

    Args:
        outcome: In words.
    """

    title: str
    mark: Mark
    outcome: str
    facts: tuple[Fact, ...] = ()
    tasks: tuple[TaskRow, ...] = ()
    checks: tuple[CheckRow, ...] = ()
    message: str = ""
    logs: tuple[Log, ...] = ()


@dataclass(frozen=True, slots=True)
class HostPart:
    """One host.

    Args:
        past: Its marks in earlier nights, the oldest first, with the night's name.
        past_text: The same in words.
        notes: What was noticed and did no harm.
    """

    name: str
    mark: Mark
    outcome: str
    took: str
    warnings: int = 0
    restarts: int = 0
    snapshot: str = ""
    past: tuple[tuple[str, Mark], ...] = ()
    past_text: str = ""
    notes: tuple[str, ...] = ()
    runs: tuple[RunPart, ...] = ()


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that went wrong, with all that one needs to act on it.

    Args:
        where: Phase and task.
        message: What was seen.
        cause: What is known of it; empty when nothing is.
        issue: Its id in the catalogue.
        remedies: What to do.
        context: What else helps: since when, what changed, whether it is flaky, who waits for it.
        tail: The last lines that the host spoke.
        host: Its number on the page, from 1.
    """

    name: str
    where: str
    message: str
    cause: str = ""
    issue: str = ""
    remedies: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    tail: tuple[LogLine, ...] = ()
    host: int = 0


@dataclass(frozen=True, slots=True)
class Warned:
    """A known issue that did not stop a host from working.

    Args:
        new: It was not there the night before.
        seen: Host and task, and what was seen there.
    """

    issue: str
    brief: str
    cause: str
    remedy: str
    expected: bool
    new: bool
    seen: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of texts, the first of which names it."""

    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """A page.

    Args:
        title: Of the browser's window.
        verdict: One sentence: is it green.
        facts: When, how long, by whom.
        slower: Host, what, this time, usual, so much more.
        changed: Host, what, before, after: beside the night before.
        since: Which night that was.
        flaky: Host, task, how often.
        timeline: None when nothing has a time.
        lab: The page tells of a lab's night, not of one run.
        made: When and with what the page was made.
    """

    title: str
    mark: Mark
    verdict: str
    facts: tuple[Fact, ...]
    hosts: tuple[HostPart, ...]
    broken: tuple[Broken, ...] = ()
    warned: tuple[Warned, ...] = ()
    slower: tuple[Row, ...] = ()
    changed: tuple[Row, ...] = ()
    since: str = ""
    flaky: tuple[Row, ...] = ()
    timeline: Timeline | None = None
    trends: tuple[Trend, ...] = ()
    lab: bool = True
    made: str = ""
