"""What went wrong in a template, in plain words."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable

from jinja2 import TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS as JINJA_FILTERS

from provision.model.errors import Problem
from provision.model.position import Position
from provision.playbook.bounds import TemplateTooBig
from provision.playbook.filters import FILTERS
from provision.playbook.places import mask
from provision.playbook.suggestion import did_you_mean

_UNDEFINED = re.compile(r"'(\w+)' is undefined")
_NO_ATTRIBUTE = re.compile(r"'[\w. ]+' has no (?:attribute|element) (.+)")
_NO = Position("", 1, 1)
_BRACES = "for braces that are no template, write {% raw %}{{.Names}}{% endraw %}"


def template_problem(
    error: Exception, source: str, position: Position | None, names: Iterable[str] = ()
) -> Problem:
    """Turn whatever a template raised into a problem.

    Args:
        error: What was raised.
        source: The template's text.
        position: Where the text begins.
        names: The variables that there are.
    """
    message, hint = _explain(error, names)
    line = _line(error)
    text = source.strip()
    if line and "\n" in text:
        message += f" (line {line} of this text)"
    elif isinstance(error, UndefinedError) and not (hint or text in (position or _NO).text):
        hint = f"this was worked out: {text if len(text) <= 200 else text[:199] + '…'}"
    return Problem(message, position, hint)


def file_problem(error: Exception, source: str, file: str, names: Iterable[str]) -> Problem:
    """Turn what the template of a whole file raised into a problem at its line.

    Args:
        error: What was raised.
        source: The file's text.
        file: Its path, for messages.
        names: The variables that there are.
    """
    message, hint = _explain(error, names)
    line = max(1, _line(error))
    text = dict(enumerate(source.splitlines(), 1)).get(line, "")
    return Problem(message, Position(file, line, 1, mask(text)), hint)


def _explain(error: Exception, names: Iterable[str]) -> tuple[str, str]:
    if isinstance(error, TemplateSyntaxError):
        said = (error.message or "it cannot be read").rstrip(".")
        said = said[:1].lower() + said[1:]
        hint = _BRACES if "xpected" in said else ""
        if found := re.fullmatch(r"no filter named '(.+)'", said):
            hint = did_you_mean(found.group(1), (*JINJA_FILTERS, *FILTERS))
        return f"template: {said}", hint
    if isinstance(error, TemplateTooBig):
        return f"the template {error}", "simplify it"
    if isinstance(error, SecurityError):
        return f"template: not allowed: {error}", ""
    if isinstance(error, UndefinedError):
        said = str(error)
        if found := _UNDEFINED.fullmatch(said):
            return undefined(found.group(1), names)
        if found := _NO_ATTRIBUTE.fullmatch(said):
            return f"template: there is no {found.group(1)} in it", ""
        return f"template: {said}", ""
    if isinstance(error, RecursionError):
        return "template: nested too deep", "does it use itself?"
    return f"template: {error} ({type(error).__name__})", ""


def undefined(name: str, names: Iterable[str]) -> tuple[str, str]:
    """Give message and hint for a variable that does not exist."""
    hint = did_you_mean(name, names, listed=6)
    return f"the variable '{name}' is not defined", hint or "set it in vars, or with --var"


def _line(error: Exception) -> int:
    if isinstance(error, TemplateSyntaxError):
        return error.lineno
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "<template>" in frame.filename
    ]
    return (frames[-1].lineno or 0) if frames else 0
