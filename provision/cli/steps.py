"""`provision steps`."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pydantic import BaseModel

    from provision.steps.step import Step

_LINK = re.compile(r"\[(\w+)\]\(#\w+\)")
_WIDTH = 88


@click.command(short_help="List the kinds of step, or show one.")
@click.argument("name", required=False)
def steps(name: str | None) -> None:
    """List the kinds of step that a task can name, or show one with its parameters.

    \b
    Example:
      provision steps installer
    """
    from provision.steps.registry import STEPS

    if name is None:
        width = max(map(len, STEPS))
        for step in STEPS.values():
            click.echo(f"{step.name:<{width}}  {_summary(step)}")
        return
    if name not in STEPS:
        raise _unknown(name, list(STEPS))
    click.echo("\n".join(_page(STEPS[name])))


def _summary(step: type[Step]) -> str:
    from provision.cli.model_text import describe

    return describe(step).summary


def _page(step: type[Step]) -> Iterator[str]:
    from provision.cli.model_text import describe

    text = describe(step)
    yield f"{step.name}: {text.summary}"
    for paragraph in filter(None, text.body.split("\n\n")):
        yield ""
        yield paragraph if paragraph.startswith((" ", "-")) else textwrap.fill(paragraph, _WIDTH)
    yield ""
    yield "Parameters:"
    yield from _fields(step)
    nested = list(text.nested)
    for model in nested:
        yield ""
        inner = describe(model)
        yield f"{inner.name}: {inner.summary}"
        yield from _fields(model)
        nested += [more for more in inner.nested if more not in nested]
    if step.short:
        yield ""
        yield f"A value in place of a mapping stands for '{step.short}'."
    yield ""
    yield f"Time limit unless the task has a timeout: {step.default_timeout:g} s of host time"
    if step.example:
        yield ""
        yield "Example:"
        yield textwrap.indent(textwrap.dedent(step.example).strip(), "  ")


def _fields(model: type[BaseModel]) -> Iterator[str]:
    from provision.cli.model_text import describe

    for field in describe(model).fields:
        kind = _LINK.sub(r"\1", field.type).replace("`", "")
        if field.default is None:
            need = ", must be given"
        else:
            need = f", {field.default} unless given" if field.default else ""
        yield f"  {field.name}: {kind}{need}"
        yield from textwrap.wrap(
            field.text, _WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6
        )


def _unknown(name: str, known: list[str]) -> Exception:
    from difflib import get_close_matches

    from provision.model.errors import InputError, Problem

    close = get_close_matches(name, known, n=1)
    hint = f"did you mean '{close[0]}'?" if close else f"the steps are {', '.join(known)}"
    return InputError([Problem(f"unknown step '{name}'", hint=hint)])
