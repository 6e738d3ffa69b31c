"""Lines that come a second time because a run goes on.

A resumed run reads a job's log from its beginning and takes the recorded answers of earlier calls,
so its first lines are those that the journal has already. They come in the same order and without
a gap; where the first other line comes, the new ones begin. A job is begun anew only after it was
removed, so what was said before that is not expected again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from provision.journal.entry import Entry, Kind

SPOKEN = frozenset(("output", "information", "warning", "error", "stdout", "stderr"))
"""Kinds of line that the host spoke; all others are the tool's own, or say where it is."""

ECHO_KINDS = (Kind.LINE, Kind.EFFECT_STARTED, Kind.EFFECT_FINISHED)

Line = tuple[str, str]
"""Kind and text."""


class Echo:
    """Tells repeated lines from new ones.

    Args:
        expected: The lines that may come again, in order.
    """

    def __init__(self, expected: Iterable[Line] = ()) -> None:
        self._expected: Iterator[Line] = iter(expected)
        self._next = next(self._expected, None)

    @property
    def over(self) -> bool:
        """Nothing is expected again."""
        return self._next is None

    def repeats(self, kind: str, text: str) -> bool:
        """Tell whether this line was heard before; the first that was not ends the echo."""
        if self._next == (kind, text):
            self._next = next(self._expected, None)
            return True
        self._next = None
        return False


def expected_again(entries: Iterable[Entry], task: int) -> list[Line]:
    """Find the lines that a task says again when it is gone on with.

    Args:
        entries: Of the kinds `ECHO_KINDS`.
    """
    lines: list[Line] = []
    for entry in entries:
        if entry.task != task:
            continue
        match entry.kind:
            case Kind.LINE if entry.data["kind"] in SPOKEN:
                lines.append((entry.data["kind"], entry.data["text"]))
            case Kind.EFFECT_STARTED:
                if "job.remove" in str(entry.data.get("what")):
                    lines.clear()
            case Kind.EFFECT_FINISHED:
                answer = entry.data.get("answer")
                if isinstance(answer, dict) and answer.get("started") is True:
                    lines.clear()
    return lines
