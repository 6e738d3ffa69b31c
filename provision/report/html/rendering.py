"""Makes the page. Everything that comes from outside is escaped, twice over.

Jinja2 escapes what HTML would obey; before that, characters that a reader could not see, or that
would turn the reading direction around, become visible. A content security policy in the page
itself forbids it to fetch or to run anything, whatever stands in it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from provision.report.html.content import Content, Mark
from provision.report.html.trend import LEAST_COLUMNS
from provision.report.text import clean, duration, lines, plural


def render(content: Content) -> str:
    """Give the whole page as one text."""
    return _environment().get_template("page.html.j2").render(page=content)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("provision.report.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )
    environment.filters.update(lines=lines, duration=duration, plural=_plural, per_cent=_per_cent)
    environment.globals.update(Mark=Mark, least_columns=LEAST_COLUMNS)
    return environment


def _visible(value: Any) -> Any:
    if isinstance(value, str) and not isinstance(value, Markup):
        return clean(value)
    return value


def _plural(count: int, noun: str) -> str:
    return plural(count, noun)


def _per_cent(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") + "%"
