"""A plain log: one line for each thing that happens, for files, pipes and CI."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from provision.model.event import (
    Event,
    HostAwaited,
    HostConnected,
    HostLost,
    HostRestarted,
    PlanMade,
    RunContinued,
    RunFinished,
    RunStarted,
    TaskFinished,
    TaskProgress,
    TaskStarted,
    VerifyResult,
    WarningRaised,
)
from provision.report import phrases
from provision.report.text import change_diff, change_text, clean, duration, lines


class PlainReport:
    """Writes lines of the form `time host: what`; time is the controller's, in UTC.

    Args:
        stream: Where lines go.
        verbose: Also say what did not need doing, and progress records.
        diff: Show changes as diffs.
    """

    def __init__(self, stream: TextIO, *, verbose: bool = False, diff: bool = False) -> None:
        self._stream = stream
        self._verbose = verbose
        self._diff = diff
        self._check = False
        self._broken = False
        self._warnings: list[WarningRaised] = []

    def notice(self, event: Event) -> None:
        """Write what there is to say about one event."""
        if self._broken:
            return
        head = f"{event.time[11:19]} {clean(event.host)}: "
        try:
            for line in self._say(event):
                self._stream.write(f"{head}{line}\n")
            self._stream.flush()
        except OSError:
            self._broken = True

    def close(self) -> None:
        """Nothing is held back."""

    def _say(self, event: Event) -> Iterator[str]:
        match event:
            case RunStarted():
                self._check = event.check
                yield phrases.start(event)
            case HostAwaited():
                yield phrases.awaited(event)
            case HostConnected():
                yield phrases.connected(event)
                yield from phrases.facts(event.facts)
            case RunContinued():
                yield phrases.continued(event)
            case PlanMade():
                yield from _plan(event)
            case TaskStarted():
                task = f"{clean(event.task)} ({event.step})"
                yield f"task {event.number}/{event.total}: {task}"
            case TaskProgress():
                if self._verbose or not phrases.only_verbose(event):
                    yield from _progress(event)
            case HostLost():
                yield phrases.lost(event)
            case HostRestarted():
                yield phrases.restarted(event)
            case VerifyResult():
                mark = phrases.verified(event, check=self._check)
                yield f"  verify {mark}: {clean(event.check)}: {clean(event.found)}"
            case WarningRaised():
                self._warnings.append(event)
                yield from _warning(event)
            case TaskFinished():
                yield from self._finished(event)
            case RunFinished():
                yield from self._ended(event)
            case _:
                return

    def _finished(self, event: TaskFinished) -> Iterator[str]:
        reason = f": {clean(event.reason)}" if event.reason else ""
        yield f"  {phrases.outcome(event, check=self._check)} in {duration(event.seconds)}{reason}"
        for change in event.change:
            yield f"    {change_text(change)}"
            if self._diff:
                yield from (f"      {line}" for line in change_diff(change))
        if known := phrases.known_issue(event):
            yield f"    {known}"
        if event.remedy:
            yield from (f"    what to do: {line}" for line in lines(event.remedy))

    def _ended(self, event: RunFinished) -> Iterator[str]:
        yield (
            f"{phrases.ending(event, check=self._check)} ({phrases.counts(event)}; "
            f"{phrases.times(event)}; exit code {event.exit_code})"
        )
        yield from (f"  warning {phrases.named(one)}" for one in self._warnings)
        if event.message:
            yield from lines(event.message)
        if event.remedy:
            yield from (f"what to do: {line}" for line in lines(event.remedy))


def _plan(event: PlanMade) -> Iterator[str]:
    yield "plan:"
    for number, row in enumerate(event.tasks, 1):
        intent = f": {clean(row.intent)}" if row.intent else ""
        what = f"{row.action} {clean(row.task)} ({row.step}){intent}"
        yield f"  {number}. {what}; {clean(row.reason)}"


def _progress(event: TaskProgress) -> Iterator[str]:
    mark = "" if event.kind in phrases.PLAINLY_SAID else f"{event.kind}: "
    for line in lines(event.text):
        yield f"  [{duration(event.elapsed)}] {mark}{line}"


def _warning(event: WarningRaised) -> Iterator[str]:
    expected = " (expected)" if event.expected else ""
    yield f"  WARNING {event.issue}{expected}: {clean(event.brief)}"
    for label, text in (("seen", event.evidence), ("what to do", event.remedy)):
        yield from (f"    {label}: {line}" for line in lines(text) if text)
