"""What an unquoted word of YAML means here.

As YAML 1.1 and PyYAML's safe loader have it, except where 1.1 surprises people:

- `0644` would be 420: refused, since nobody can tell what was meant;
- `1:30` would be 90 (base 60): stays text;
- `2016-10-26` would be a date: stays text;
- `.inf`, `.nan` and numbers that overflow: refused, for no parameter can use them;
- keys are always text, so that `on:` and `no:` are no booleans;
- tags (`!!binary`, `!anything`) are refused.

`yes`, `no`, `on`, `off` stay booleans as values; where text is wanted, the message says to quote.
"""

from __future__ import annotations

import math
import re
from typing import Any

_TAG = "tag:yaml.org,2002:"
_TEXT = frozenset(_TAG + name for name in ("str", "value", "timestamp", "merge"))
_TRUE = frozenset(("yes", "true", "on"))
_FALSE = frozenset(("no", "false", "off"))
_OCTAL = re.compile(r"[-+]?0[0-7_]+")
_MAX_DIGITS = 40


class ScalarRefused(Exception):
    """A word that has no good meaning here.

    Args:
        message: What is wrong with it.
        hint: What to write instead.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def scalar(tag: str, text: str) -> Any:
    """Give the value of a scalar.

    Args:
        tag: As PyYAML's resolver found it, or as it was written.
        text: The scalar's text, quotes and escapes undone.

    Raises:
        ScalarRefused: It has no good meaning here.
    """
    if tag in _TEXT:
        return text
    if tag == _TAG + "null":
        return None
    if tag == _TAG + "bool" and text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    if tag in (_TAG + "int", _TAG + "float"):
        return text if ":" in text else _number(tag, text)
    if tag.startswith(_TAG):
        named = "!!" + tag.removeprefix(_TAG)
        raise ScalarRefused(f"the tag {named} does not fit here", "leave the tag out")
    raise ScalarRefused(f"the tag {tag} is not known", "leave the tag out")


def _number(tag: str, text: str) -> int | float:
    quoted = f'write "{text}" if it is text' if len(text) <= _MAX_DIGITS else ""
    if _OCTAL.fullmatch(text):
        digits = text.replace("_", "")
        octal = int(digits, 8)
        message = f"{text} is not clear: to YAML 1.1 it is the octal number {octal}"
        raise ScalarRefused(message, f"{quoted}, or a number without the leading zero")
    if len(text) > _MAX_DIGITS:
        raise ScalarRefused("a number with too many digits", "quote it if it is text")
    plain = text.replace("_", "").lower()
    try:
        value = float(plain) if tag.endswith("float") else _whole(plain)
    except (ValueError, OverflowError):
        value = math.nan
    if isinstance(value, float) and not math.isfinite(value):
        raise ScalarRefused(f"{text} is no number that can be used", quoted)
    return value


def _whole(text: str) -> int:
    digits = text.lstrip("+-")
    base = {"0x": 16, "0b": 2}.get(digits[:2], 10)
    return int(text, base)
