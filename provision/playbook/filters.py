"""The few filters that templates have beside Jinja2's own."""

from __future__ import annotations

import base64
import json
import ntpath
import posixpath
import re
from collections.abc import Callable
from typing import Any


def b64encode(text: str, encoding: str = "utf-8") -> str:
    """Base64 of a text's bytes; `utf-16-le` is what PowerShell's -EncodedCommand takes."""
    return base64.b64encode(str(text).encode(encoding)).decode("ascii")


def b64decode(text: str, encoding: str = "utf-8") -> str:
    """The text behind base64."""
    return base64.b64decode(text, validate=True).decode(encoding)


def to_json(value: Any, indent: int | None = None) -> str:
    """JSON with sorted keys."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=indent)


def regex_search(text: str, pattern: str) -> str | None:
    """The first match, or its first group if there is one; None without a match."""
    found = re.search(pattern, str(text))
    if found is None:
        return None
    match: str | None = found.group(1 if found.re.groups else 0)
    return match


def regex_replace(text: str, pattern: str, replacement: str = "") -> str:
    """The text with all matches replaced."""
    return re.sub(pattern, replacement, str(text))


def powershell_quote(text: str) -> str:
    """A single-quoted PowerShell literal; PowerShell takes typographic quotes for quotes, too."""
    return "'" + re.sub("(['\u2018\u2019\u201a\u201b])", r"\1\1", str(text)) + "'"


FILTERS: dict[str, Callable[..., Any]] = {
    "b64encode": b64encode,
    "b64decode": b64decode,
    "to_json": to_json,
    "regex_search": regex_search,
    "regex_replace": regex_replace,
    "powershell_quote": powershell_quote,
    "basename": posixpath.basename,
    "dirname": posixpath.dirname,
    "win_basename": ntpath.basename,
    "win_dirname": ntpath.dirname,
}
