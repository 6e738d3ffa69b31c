"""The rich console that reports are drawn on."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console


class Terminal(Console):
    """A console whose reader may leave without ending the run.

    Rich's own ends the process when its pipe breaks; work on a host must go on.

    Args:
        stream: Where it draws.
        color: False never colours, and so does a `NO_COLOR` in the environment.
        record: Keep all for `export_svg`, and colour it whatever the stream is.
        width: In columns; the terminal's own when left out.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        color: bool = True,
        record: bool = False,
        width: int | None = None,
    ) -> None:
        super().__init__(
            file=stream,
            no_color=None if color else True,
            highlight=False,
            record=record,
            force_terminal=True if record else None,
            color_system="truecolor" if record else "auto",
            width=width,
        )

    def on_broken_pipe(self) -> None:
        """Say nothing more."""
        self.quiet = True
