"""Turns an error into the text that a person reads: the one place where this is done."""

from __future__ import annotations

import os
import traceback
import unicodedata
from collections.abc import Iterator

import click

from provision.model.errors import InputError, Problem, ProvisionError
from provision.model.position import Position
from provision.report.text import clean, lines

DEBUG_VARIABLE = "PROVISION_DEBUG"
_WINDOW = 100
_ERROR = click.style("error:", fg="red", bold=True)
_CAUTION = click.style("WARNING:", fg="yellow", bold=True)


def complain(error: BaseException) -> None:
    """Write an error to standard error."""
    click.echo(explain(error), err=True)


def caution(problem: Problem) -> None:
    """Write to standard error what works and should not be left so."""
    click.echo("\n".join(_problem(problem, _CAUTION)), err=True)


def explain(error: BaseException) -> str:
    """Write an error as text: what happened, the evidence, what to do.

    An error that was not meant to be read becomes one line about a mistake of ours; its traceback
    is shown only when the environment variable PROVISION_DEBUG is set, since it may hold values.
    """
    if isinstance(error, InputError):
        return "\n".join(_input(error))
    if isinstance(error, ProvisionError):
        return "\n".join(_readable(error))
    return "\n".join(_internal(error))


def _input(error: InputError) -> Iterator[str]:
    for problem in error.problems:
        yield from _problem(problem)
    if len(error.problems) > 1:
        yield _head(f"{len(error.problems)} problems found; nothing was done")


def _problem(problem: Problem, head: str = _ERROR) -> Iterator[str]:
    first, *rest = lines(problem.message)
    yield f"{head} {first}"
    yield from (f"  {line}" for line in rest)
    if problem.position is not None:
        yield from _excerpt(problem.position)
    if problem.hint:
        yield from _labelled("hint", problem.hint)


def _readable(error: ProvisionError) -> Iterator[str]:
    first, *rest = lines(error.brief)
    yield _head(first)
    yield from (f"  {line}" for line in rest)
    if error.details:
        yield from (f"  {line}" for line in lines(error.details))
    if error.resolution:
        yield from _labelled("what to do", error.resolution)


def _internal(error: BaseException) -> Iterator[str]:
    kind = type(error).__name__
    if os.environ.get(DEBUG_VARIABLE):
        yield from (clean(line) for line in "".join(traceback.format_exception(error)).split("\n"))
    yield _head(f"internal error, a mistake in provision itself: {kind}")
    place = traceback.extract_tb(error.__traceback__)[-1:]
    for frame in place:
        parts = frame.filename.replace("\\", "/").split("/")
        yield f"  in {frame.name}, {'/'.join(parts[-3:])}:{frame.lineno}"
    yield from _labelled(
        "what to do",
        f"Run again with {DEBUG_VARIABLE}=1 for the whole traceback, which may show values from "
        "your files, and report it.",
    )


def _excerpt(position: Position) -> Iterator[str]:
    number = str(position.line)
    margin = " " * len(number)
    yield f"{margin}--> {clean(str(position))}"
    if not position.text.strip():
        return
    text, column = _window(position.text, position.column)
    before = text[: column - 1]
    blank = "".join("  " if unicodedata.east_asian_width(c) in "WF" else " " for c in before)
    yield f"{margin} |"
    yield f"{number} | {text}"
    yield f"{margin} | {blank}{_bold('^')}"


def _window(text: str, column: int) -> tuple[str, int]:
    """Cut a piece of a line around a column; gives it clean, with the column in it."""
    start = max(0, column - 1 - _WINDOW // 2) if len(text) > _WINDOW else 0
    before, after = text[start : column - 1], text[column - 1 : start + _WINDOW]
    cut = "…" if start else ""
    more = "…" if start + _WINDOW < len(text) else ""
    shown = cut + clean(before.expandtabs(4))
    return f"{shown}{clean(after)}{more}".rstrip(), len(shown) + 1


def _labelled(label: str, text: str) -> Iterator[str]:
    first, *rest = lines(text)
    yield f"  {_bold(label)}: {first}"
    yield from (f"  {' ' * len(label)}  {line}" for line in rest)


def _head(text: str) -> str:
    return f"{_ERROR} {text}"


def _bold(text: str) -> str:
    return click.style(text, bold=True)
