"""Who is told what happens during a command: a person, and maybe a program."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

import click

from provision.cli.options import Reporting
from provision.report.json_lines import JsonLines
from provision.report.plain import PlainReport

if TYPE_CHECKING:
    from provision.model.clock import Clock
    from provision.model.event import Observer


class Observers:
    """The observers of one command, on all its hosts.

    The file of events is opened first of all, so that a wrong path is found before any work.

    Raises:
        InputError: The file of events cannot be written.
    """

    def __init__(self, reporting: Reporting) -> None:
        self._reporting = reporting
        self.json_lines = JsonLines.open(reporting.events) if reporting.events else None
        self.human: TextIO = sys.stderr if reporting.events == "-" else sys.stdout

    def for_host(self, clock: Clock) -> list[Observer]:
        """Give the observers of one host's run."""
        human: Observer
        if self.human.isatty():
            from provision.report.console import ConsoleReport
            from provision.report.terminal import Terminal

            human = ConsoleReport(
                Terminal(self.human, color=self._reporting.color),
                clock,
                verbose=self._reporting.verbose,
                diff=self._reporting.diff,
            )
        else:
            human = PlainReport(
                self.human, verbose=self._reporting.verbose, diff=self._reporting.diff
            )
        return [human, self.json_lines] if self.json_lines else [human]

    def close(self) -> None:
        """Close the file of events, and say if it is not whole."""
        if self.json_lines is None:
            return
        self.json_lines.close()
        failure = self.json_lines.failure
        if failure is not None and not isinstance(failure, BrokenPipeError):
            reason = failure.strerror or str(failure)
            click.echo(
                f"warning: the events in {self._reporting.events} are not whole: {reason}", err=True
            )
