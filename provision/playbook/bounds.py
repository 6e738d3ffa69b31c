"""The limits that keep a template from running for ever or filling the memory.

Jinja2's sandbox keeps a template away from Python, not from `9 ** 9 ** 9`. Here every iteration and
every call takes a tick of a budget; what multiplies the size of its operands (`*`, `**`, `~`,
`replace`, `join`, padding) is measured before it is carried out, and every filter's text after.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice
from typing import Any

MAX_TICKS = 200_000
MAX_OUTPUT = 4_000_000
MAX_BITS = 4_096

_ticks: ContextVar[list[int] | None] = ContextVar("ticks", default=None)


class TemplateTooBig(Exception):
    """A template runs too long, or makes too much."""


@contextmanager
def budget() -> Iterator[None]:
    """Give what runs inside one budget of ticks, unless it has one already."""
    token = _ticks.set([MAX_TICKS]) if _ticks.get() is None else None
    try:
        yield
    finally:
        if token:
            _ticks.reset(token)


def tick() -> None:
    """Count one iteration or call.

    Raises:
        TemplateTooBig: The budget is used up.
    """
    left = _ticks.get()
    if left is not None:
        left[0] -= 1
        if left[0] < 0:
            raise TemplateTooBig(f"runs through more than {MAX_TICKS:,} items and calls")


def counted(items: Iterable[Any]) -> Iterator[Any]:
    """Pass items on, a tick for each."""
    for item in items:
        tick()
        yield item


def listed(items: Iterable[Any]) -> list[Any]:
    """Make a list of no more items than a budget has ticks.

    Raises:
        TemplateTooBig: There are more.
    """
    found = list(islice(items, MAX_TICKS + 1))
    if len(found) > MAX_TICKS:
        raise TemplateTooBig(f"makes more than {MAX_TICKS:,} items")
    return found


def check_length(length: int) -> None:
    """Refuse a text or a list that is too long.

    Raises:
        TemplateTooBig: It is.
    """
    if length > MAX_OUTPUT:
        raise TemplateTooBig(f"makes more than {MAX_OUTPUT:,} characters or items")


def check_operation(operator: str, left: Any, right: Any) -> None:
    """Refuse `+`, `*` or `**` when the result would be too large.

    Raises:
        TemplateTooBig: It would.
    """
    if isinstance(left, int) and isinstance(right, int):
        bits = max(left.bit_length(), 1), max(right.bit_length(), 1)
        needed = bits[0] * abs(right) if operator == "**" else sum(bits)
        if needed > MAX_BITS:
            raise TemplateTooBig("makes a number that is too large")
    elif operator == "+":
        check_length(_length(left) + _length(right))
    elif operator == "*":
        times = left if isinstance(left, int) else right if isinstance(right, int) else 0
        check_length(times * max(_length(left), _length(right)))


def joined(items: Iterable[Any], separator: str = "") -> str:
    """Join texts, as `~` and `join` do."""
    texts = [str(item) for item in listed(items)]
    check_length(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def replaced(text: Any, old: str, new: str, count: int | None = None) -> str:
    """Replace texts, as the filter and the method `replace` do."""
    whole, old, new = str(text), str(old), str(new)
    check_length(len(whole) + whole.count(old) * len(new))
    return whole.replace(old, new, -1 if count is None else count)


def check_call(obj: Any, arguments: tuple[Any, ...]) -> None:
    """Refuse a method of a text that would make a text too long.

    Raises:
        TemplateTooBig: It would.
    """
    text = getattr(obj, "__self__", None)
    if not isinstance(text, str):
        return
    name = getattr(obj, "__name__", "")
    if name == "replace" and len(arguments) > 1:
        replaced(text, *arguments[:3])
    elif name == "join" and arguments:
        joined(arguments[0], text)
    elif name == "expandtabs" or any(isinstance(one, int) and one > 10_000 for one in arguments):
        raise TemplateTooBig("makes a text that is too long")


def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a filter that refuses to make a text that is too long."""

    @functools.wraps(function)
    def guard(*args: Any, **kwargs: Any) -> Any:
        numbers = [one for one in (*args[1:], *kwargs.values()) if isinstance(one, int)]
        if any(number > MAX_OUTPUT for number in numbers):
            raise TemplateTooBig("makes a value that is too large")
        tick()
        result = function(*args, **kwargs)
        check_length(_length(result))
        return result

    return guard


def _length(value: Any) -> int:
    return len(value) if isinstance(value, str | list | tuple) else 0
