"""The live report for people at a terminal: calm, in order, and nothing said twice."""

from __future__ import annotations

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from provision.model.clock import Clock
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
from provision.report import phrases, tables
from provision.report.glyphs import Glyphs
from provision.report.live_line import LiveLine
from provision.report.text import change_diff, change_text, clean, duration, lines

_STYLES = {
    "warning": "yellow",
    "error": "red",
    "stderr": "yellow",
    "phase": "cyan",
    "waiting": "bright_black",
    "progress": "bright_black",
}
_HOST_SPOKE = ("output", "information", "warning", "error", "progress", "stdout", "stderr")
_NARROW = 64
_DIFF = {"-": "red", "+": "green"}


class ConsoleReport:
    """Draws one host's run on a rich console.

    Args:
        console: Where it is drawn.
        clock: The host's time, for the line that shows what goes on.
        verbose: Also show progress records, and why a task had nothing to do.
        diff: Show changes as diffs.
        live: Show the moving line; False for recordings.
    """

    def __init__(
        self,
        console: Console,
        clock: Clock,
        *,
        verbose: bool = False,
        diff: bool = False,
        live: bool = True,
    ) -> None:
        self._console = console
        self._glyphs = Glyphs.for_encoding(console.encoding)
        self._ascii = self._glyphs != Glyphs()
        self._line = LiveLine(console, clock, self._glyphs.spinner, shown=live)
        self._verbose = verbose
        self._diff = diff
        self._check = False
        self._clock = clock
        self._began = clock.now()
        self._rows: list[VerifyResult] = []
        self._warnings: list[WarningRaised] = []
        self._broken = False

    def notice(self, event: Event) -> None:
        """Draw what there is to say about one event."""
        if self._broken:
            return
        try:
            self._draw(event)
        except OSError:
            self._broken = True

    def close(self) -> None:
        """Take the moving line away."""
        try:
            self._line.stop()
        except OSError:
            self._broken = True

    def _draw(self, event: Event) -> None:
        match event:
            case RunStarted():
                self._check = event.check
                self._print(Text(phrases.start(event), style="bold"))
                self._line.say("connecting")
            case HostAwaited():
                self._print(Text(f"{self._glyphs.lost} {phrases.awaited(event)}", "yellow"))
            case HostConnected():
                self._connected(event)
            case RunContinued():
                style = "cyan" if event.resumed else "yellow"
                self._print(Text(f"{self._glyphs.restarted} {phrases.continued(event)}", style))
            case PlanMade():
                self._print(tables.plan(event))
            case TaskStarted():
                self._started(event)
            case TaskProgress():
                self._progress(event)
            case HostLost():
                self._mark(self._glyphs.lost, phrases.lost(event), "yellow")
                self._line.say("waiting for the host")
            case HostRestarted():
                self._mark(self._glyphs.restarted, phrases.restarted(event), "cyan")
            case VerifyResult():
                self._rows.append(event)
            case WarningRaised():
                self._warnings.append(event)
                drawn = tables.warning(event, self._glyphs, ascii_only=self._ascii)
                self._print(Padding(drawn, (0, 0, 0, 2)))
            case TaskFinished():
                self._finished(event)
            case RunFinished():
                self._verified()
                self._line.stop()
                drawn = tables.summary(event, self._warnings, self._glyphs, check=self._check)
                self._print(Text(""), drawn)
            case _:
                return

    def _connected(self, event: HostConnected) -> None:
        self._print(Text.assemble((f"{self._glyphs.passed} ", "green"), phrases.connected(event)))
        for line in phrases.facts(event.facts):
            self._print(Padding(Text(line, style="bright_black"), (0, 0, 0, 2)))
        self._line.say("planning")

    def _started(self, event: TaskStarted) -> None:
        self._began = self._clock.now()
        title = Text.assemble(
            (f"{event.number}/{event.total}  ", "bright_black"),
            (clean(event.task), "bold"),
            (f"  {event.step}", "cyan"),
        )
        rule = Rule(title, align="left", style="bright_black", characters=self._glyphs.rule)
        self._print(Text(""), rule)
        self._line.say(event.task)

    def _progress(self, event: TaskProgress) -> None:
        if event.kind in _HOST_SPOKE:
            self._line.heard(event.task, elapsed=event.elapsed)
        elif event.kind != "waiting":
            self._line.say(event.task, elapsed=event.elapsed)
        if phrases.only_verbose(event) and not self._verbose:
            return
        style = _STYLES.get(event.kind, "")
        sign = self._glyphs.said(event.kind)
        for line in lines(event.text):
            self._row(event.elapsed, sign, Text(line, style=style), style or "bright_black")

    def _finished(self, event: TaskFinished) -> None:
        self._verified()
        sign, style = self._glyphs.of(event.outcome)
        said = phrases.outcome(event, check=self._check)
        text = Text.assemble(
            (said, f"bold {style}"), (f" in {duration(event.seconds)}", "bright_black")
        )
        if event.reason and (
            event.outcome in ("failed", "unreachable", "skipped") or not event.change
        ):
            text.append(f"  {clean(event.reason)}")
        self._print(_hanging(sign, style, text))
        for change in event.change:
            self._print(Padding(Text(change_text(change), overflow="fold"), (0, 0, 0, 4)))
            if self._diff:
                for line in change_diff(change):
                    drawn = Text(line, style=_DIFF.get(line[:1], "bright_black"))
                    self._print(Padding(drawn, (0, 0, 0, 6)))
        if known := phrases.known_issue(event):
            self._print(Padding(Text(known, overflow="fold"), (0, 0, 0, 4)))
        if event.remedy:
            remedy = Text("what to do: " + "\n".join(lines(event.remedy)))
            self._print(Padding(remedy, (0, 0, 0, 4)))
        self._line.quiet()

    def _verified(self) -> None:
        if self._rows:
            narrow = self._console.width < _NARROW
            drawn = tables.verification(self._rows, self._glyphs, check=self._check, stacked=narrow)
            self._print(drawn)
            self._rows = []

    def _mark(self, sign: str, text: str, style: str) -> None:
        elapsed = self._clock.now() - self._began
        self._row(elapsed, sign, Text(text, style=style), style)

    def _row(self, elapsed: float, sign: str, text: Text, style: str = "bright_black") -> None:
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=9, justify="right", style="bright_black")
        grid.add_column(width=1)
        grid.add_column(overflow="fold")
        grid.add_row(duration(elapsed), Text(sign, style=style), text)
        self._print(grid)

    def _print(self, *drawn: RenderableType) -> None:
        for one in drawn:
            self._console.print(one, highlight=False)


def _hanging(sign: str, style: str, text: Text) -> RenderableType:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=1)
    grid.add_column(overflow="fold")
    grid.add_row(Text(sign, style=style), text)
    return Padding(grid, (0, 0, 0, 2))
