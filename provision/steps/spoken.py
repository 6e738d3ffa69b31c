"""What a short program wrote, told when it has ended: its lines, and their tails as evidence.

The kinds of line are `stdout` and `stderr`: reports show them with `-v`, the journal keeps them.
"""

from __future__ import annotations

from collections.abc import Sequence

from provision.agent.operations.execution import Record
from provision.steps.effect import Procedure, Progress

MOST_LINES = 1000
"""The last ones are told."""

TAIL = 10
"""Lines of each stream that are evidence of a failure."""

_STREAMS = {"output": "stdout", "information": "stdout", "warning": "stderr", "error": "stderr"}


def say(stdout: str, stderr: str, *, truncated: bool = False) -> Procedure[None]:
    """Tell what a program wrote.

    Args:
        truncated: Earlier output was dropped by the host.
    """
    told = [("stdout", line) for line in _lines(stdout)]
    told += [("stderr", line) for line in _lines(stderr)]
    yield from _say(told, truncated=truncated)


def say_records(records: Sequence[Record]) -> Procedure[None]:
    """Tell what a script wrote, in the order in which it did."""
    told = [
        (_STREAMS[record.kind], f"{'WARNING: ' if record.kind == 'warning' else ''}{line}")
        for record in records
        if record.kind in _STREAMS
        for line in _lines(record.text)
    ]
    yield from _say(told)


def tails(stdout: str, stderr: str = "") -> list[str]:
    """Give the last lines of both streams, each with its stream's name."""
    streams = (("stderr", stderr), ("stdout", stdout))
    return [f"{kind}: {line}" for kind, text in streams for line in _lines(text)[-TAIL:]]


def _say(told: Sequence[tuple[str, str]], *, truncated: bool = False) -> Procedure[None]:
    if truncated or len(told) > MOST_LINES:
        yield Progress("(earlier lines are left out)", "stdout")
    for kind, line in told[-MOST_LINES:]:
        yield Progress(line, kind)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]
