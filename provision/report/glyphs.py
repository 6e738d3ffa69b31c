"""The few signs of the live report, with stand-ins for terminals that cannot show them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One sign for each thing that a reader should find at a glance."""

    passed: str = "✔"
    changed: str = "●"
    failed: str = "✖"
    skipped: str = "○"
    warning: str = "▲"
    lost: str = "↯"
    restarted: str = "↻"
    rule: str = "─"
    bar: str = "│"
    spinner: str = "dots"

    @classmethod
    def for_encoding(cls, encoding: str) -> Glyphs:
        """Give the signs that an encoding can carry."""
        try:
            "✔●✖○▲↯↻─│→…".encode(encoding)
        except (UnicodeEncodeError, LookupError):
            return cls("+", "*", "x", "o", "!", "x", "@", "-", "|", "line")
        return cls()

    def said(self, kind: str) -> str:
        """Give the sign before a line of a task's progress: what the host itself said has one."""
        return {
            "output": self.bar,
            "information": self.bar,
            "stdout": self.bar,
            "stderr": self.bar,
            "warning": self.warning,
            "error": self.failed,
        }.get(kind, " ")

    def of(self, outcome: str) -> tuple[str, str]:
        """Give the sign and the colour of a task's or a run's outcome."""
        return {
            "ok": (self.passed, "green"),
            "changed": (self.changed, "cyan"),
            "skipped": (self.skipped, "bright_black"),
            "interrupted": (self.skipped, "yellow"),
        }.get(outcome, (self.failed, "red"))
