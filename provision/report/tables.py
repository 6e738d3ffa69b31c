"""The larger pieces of the live report: plan, verification, warning, summary."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from provision.model.event import PlanMade, RunFinished, VerifyResult, WarningRaised
from provision.report import phrases
from provision.report.glyphs import Glyphs
from provision.report.text import clean, lines

_ACTIONS = {"run": "bold", "skip": "bright_black", "decide": "yellow"}


def plan(event: PlanMade) -> RenderableType:
    """Draw what the run intends to do, and why."""
    table = Table.grid(padding=(0, 1))
    table.add_column(width=4, justify="right", style="bright_black")
    table.add_column(width=6)
    table.add_column(overflow="fold")
    for number, row in enumerate(event.tasks, 1):
        style = _ACTIONS[row.action]
        said = Text.assemble((clean(row.task), style), (f"  {row.step}", "cyan"))
        for part in (row.intent, "" if row.reason == "always" else row.reason):
            if part:
                said.append(f"\n{clean(part)}", style="bright_black")
        table.add_row(str(number), Text(row.action, style=style), said)
    return Group(Text("\nPlan", style="bold"), table)


def verification(
    rows: Sequence[VerifyResult], glyphs: Glyphs, *, check: bool, stacked: bool
) -> RenderableType:
    """Draw what was demanded and what was found.

    Args:
        check: In check mode, in which nothing has been changed that could hold.
        stacked: What was found stands below what was demanded, for narrow terminals.
    """
    table = Table.grid(padding=(0, 2))
    table.add_column(width=1)
    table.add_column(overflow="fold", min_width=0 if stacked else 20)
    if not stacked:
        table.add_column(overflow="fold")
    failed = "skipped" if check else "failed"
    for row in rows:
        sign, style = glyphs.of("ok" if row.passed else failed)
        demanded = Text(clean(row.check), style="" if row.passed else f"bold {style}")
        found = Text(clean(row.found), style="bright_black" if row.passed else "")
        cells = [Text("\n").join([demanded, found])] if stacked else [demanded, found]
        table.add_row(Text(sign, style=style), *cells)
    return Padding(table, (0, 0, 0, 2))


def warning(event: WarningRaised, glyphs: Glyphs, *, ascii_only: bool) -> RenderableType:
    """Draw a known issue with its evidence and its remedy."""
    body = Table.grid(padding=(0, 2))
    body.add_column(style="bright_black")
    body.add_column(overflow="fold")
    for label, text in (("seen", event.evidence), ("what to do", event.remedy)):
        if text:
            body.add_row(label, Text("\n".join(lines(text))))
    expected = ", expected" if event.expected else ""
    title = Text(f"{glyphs.warning} warning {clean(event.issue)}{expected}", style="bold yellow")
    return Panel(
        Group(Text(clean(event.brief), style="bold"), body),
        title=title,
        title_align="left",
        border_style="yellow",
        box=box.ASCII if ascii_only else box.ROUNDED,
        padding=(0, 1),
    )


def summary(
    event: RunFinished, warnings: Sequence[WarningRaised], glyphs: Glyphs, *, check: bool
) -> RenderableType:
    """Draw how the run ended, with the names of its warnings."""
    sign, style = glyphs.of(event.outcome)
    head = Text.assemble(
        (f"{sign} ", style),
        (phrases.ending(event, check=check), f"bold {style}"),
        (f"   {phrases.counts(event)}   {phrases.times(event)}", "bright_black"),
    )
    parts: list[RenderableType] = [head]
    for one in warnings:
        told = Text(f"{glyphs.warning} {phrases.named(one)}", style="yellow", overflow="fold")
        parts.append(Padding(told, (0, 0, 0, 2)))
    for label, text in (("", event.message), ("what to do: ", event.remedy)):
        if text:
            said = Text(label + "\n".join(lines(text)), overflow="fold")
            parts.append(Padding(said, (0, 0, 0, 2)))
    return Group(*parts)
