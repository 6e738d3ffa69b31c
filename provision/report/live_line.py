"""The one moving line of the live report: what is going on, and for how long."""

from __future__ import annotations

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from provision.model.clock import Clock
from provision.report.text import clean, duration


class LiveLine:
    """Shown below everything that was printed, and gone when nothing goes on.

    Args:
        clock: The host's time, which may run faster than ours.
        shown: False never shows it: for recordings.
    """

    def __init__(self, console: Console, clock: Clock, spinner: str, *, shown: bool) -> None:
        self._clock = clock
        self._spinner = Spinner(spinner, style="cyan")
        self._text = ""
        self._began = clock.now()
        self._heard = clock.now()
        self._live = (
            Live(self, console=console, refresh_per_second=8, transient=True) if shown else None
        )

    def say(self, text: str, *, elapsed: float = 0.0) -> None:
        """Show what goes on from now on, begun that many host seconds ago."""
        self._text = clean(text)
        self._heard = self._clock.now()
        self._began = self._heard - elapsed
        if self._live is not None and not self._live.is_started:
            self._live.start()

    def heard(self) -> None:
        """Note that the host said something just now."""
        self._heard = self._clock.now()

    def stop(self) -> None:
        """Take the line away."""
        if self._live is not None and self._live.is_started:
            self._live.stop()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        now = self._clock.now()
        text = f" {self._text}  {duration(now - self._began)}"
        if now - self._heard >= 60:
            text += f"  (silent for {duration(now - self._heard)})"
        self._spinner.update(
            text=Text(text, style="bright_black", no_wrap=True, overflow="ellipsis")
        )
        yield self._spinner
