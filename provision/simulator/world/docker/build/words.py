"""Words of an instruction: quotation marks, the escape sign, variables.

Docker takes the escape sign out of the words of `ENV`, `WORKDIR`, `COPY` and the like: so a single
backslash is lost where it is the escape sign. Its builder for TP4 knew no variables there: `%tmp%`
stays as it is in every version, and on TP4 so does `$tmp`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_DIRECTIVE = re.compile(r"^#\s*(escape|syntax|check)\s*=\s*(\S+)\s*$", re.I)
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?:(:[-+])([^}]*))?\}|(\w+))")


def escape_sign(text: str) -> str:
    """Give the sign that a Dockerfile's first lines ask for."""
    for line in text.removeprefix("\ufeff").splitlines():
        found = _DIRECTIVE.match(line.strip())
        if not found:
            break
        if found[1].lower() == "escape":
            return found[2]
    return "\\"


def without_directives(text: str) -> str:
    """Give the text for a parser that must not heed the first lines: to old docker, comments."""
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
    for place, line in enumerate(lines):
        if not _DIRECTIVE.match(line.strip()):
            break
        lines[place] = "#\n"
    return "".join(lines)


def process(word: str, escape: str, variables: Mapping[str, str] | None) -> str:
    """Give what docker makes of a word.

    Args:
        variables: None when it knows none.
    """
    made, quote, place = "", "", 0
    while place < len(word):
        sign = word[place]
        if sign == escape and quote != "'" and place + 1 < len(word):
            if quote and word[place + 1] not in ('"', "$", escape):
                made += sign
            made += word[place + 1]
            place += 2
            continue
        if sign in "'\"" and quote in ("", sign):
            quote = "" if quote else sign
        elif sign == "$" and quote != "'" and variables is not None:
            found = _VARIABLE.match(word, place)
            if found:
                made += _value(found, variables)
                place = found.end()
                continue
            made += sign
        elif not (sign == escape and place + 1 == len(word) and not quote):
            made += sign
        place += 1
    return made


def _value(found: re.Match[str], variables: Mapping[str, str]) -> str:
    name, how, other = found[1] or found[4], found[2], found[3] or ""
    value = variables.get(name, "")
    if how == ":-":
        return value or other
    if how == ":+":
        return other if value else ""
    return value
