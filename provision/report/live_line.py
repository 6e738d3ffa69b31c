"""The one moving line of the live report: what is going on, and for how long."""

from __future__ import annotations

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from provision.model.clock import Clock
from provision.report.text import clean, duration

_SILENCE = 60.0
"""Host seconds after which silence is worth a word."""


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
        self._heard: float | None = None
        self._live = (
            Live(self, console=console, refresh_per_second=8, transient=True) if shown else None
        )

    def say(self, text: str, *, elapsed: float = 0.0) -> None:
        """Show what goes on from now on, begun that many host seconds ago."""
        self._text = clean(text)
        self._began = self._clock.now() - elapsed
        self._heard = None
        self._show()

    def heard(self, text: str, *, elapsed: float) -> None:
        """Show what goes on, about which the host said something just now."""
        self.say(text, elapsed=elapsed)
        self._heard = self._clock.now()

    def quiet(self) -> None:
        """Show nothing until something goes on again."""
        self._text = ""

    def _show(self) -> None:
        if self._live is not None and not self._live.is_started:
            self._live.start()

    def stop(self) -> None:
        """Take the line away."""
        if self._live is not None and self._live.is_started:
            self._live.stop()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if not self._text:
            return
        now = self._clock.now()
        text = f" {self._text}  {duration(now - self._began)}"
        if self._heard is not None and now - self._heard >= _SILENCE:
            text += f"  (silent for {duration(now - self._heard)})"
        shown = Text(text, style="bright_black", no_wrap=True, overflow="ellipsis")
        self._spinner.update(text=shown)
        yield self._spinner
