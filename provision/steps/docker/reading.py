"""What docker's client prints, as data.

`docker inspect` gives JSON in every version. Lists give JSON lines with `--format '{{json .}}'`;
the client of Technical Preview 4 (1.10-dev) does not know that option, ends with exit code 125 and
`flag provided but not defined`, and prints plain tables only. Column names of tables are given as
the JSON's keys, so that nobody else needs to know which of both was read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

COLUMNS: Mapping[str, str] = {
    "AUTOMATED": "IsAutomated",
    "CONTAINER ID": "ID",
    "CREATED": "CreatedSince",
    "IMAGE ID": "ID",
    "NETWORK ID": "ID",
    "OFFICIAL": "IsOfficial",
    "STARS": "StarCount",
    "VIRTUAL SIZE": "Size",
}
"""Columns whose key is not simply the capitalised name."""

_NO_FORMAT = re.compile(
    r"flag provided but not defined|unknown (?:shorthand )?flag|unknown option", re.I
)
_MISSING = re.compile(
    r"no such (?:image|container|network|object)|network \S+ not found"
    r"|could not find (?:image|container)",
    re.I,
)
_HEADING = re.compile(r"\S+(?: \S+)*")


def read_objects(text: str) -> tuple[dict[str, Any], ...]:
    """Read what `docker inspect` prints; whatever is no list of objects gives none."""
    try:
        found = json.loads(text)
    except ValueError:
        return ()
    if not isinstance(found, list):
        return ()
    return tuple(one for one in found if isinstance(one, dict))


def read_rows(text: str) -> tuple[dict[str, str], ...]:
    """Read a list, from JSON lines or from a plain table."""
    lines = _lines(text)
    if lines and all(line.lstrip().startswith("{") for line in lines):
        return tuple(_json_row(line) for line in lines)
    return read_table(text)


def read_table(text: str) -> tuple[dict[str, str], ...]:
    """Read a plain table: each cell begins where its column's heading does.

    Cells may be empty and may hold single spaces; a row that is shorter than the heading ends
    early.
    """
    lines = _lines(text)
    if not lines:
        return ()
    headings = list(_HEADING.finditer(lines[0]))
    starts = [found.start() for found in headings]
    ends: list[int | None] = [*starts[1:], None]
    keys = [column_key(found.group()) for found in headings]
    return tuple(
        {key: line[start:end].strip() for key, start, end in zip(keys, starts, ends, strict=True)}
        for line in lines[1:]
    )


def column_key(heading: str) -> str:
    """Give the JSON's key for a table's column."""
    return COLUMNS.get(heading) or "".join(word.capitalize() for word in heading.split(" "))


def knows_no_option(exit_code: int | None, stderr: str) -> bool:
    """Whether the client refused an option that it is too old for."""
    return exit_code not in (0, None) and bool(_NO_FORMAT.search(stderr))


def says_missing(stderr: str) -> bool:
    """Whether docker said that there is no such image, container or network."""
    return bool(_MISSING.search(stderr))


def short_id(image: str) -> str:
    """Twelve digits of an id, without `sha256:`, as docker's tables show it."""
    return image.removeprefix("sha256:")[:12]


def at(found: Mapping[str, Any] | None, *path: str) -> Any:
    """Follow keys through nested objects; None where one is missing."""
    here: Any = found
    for key in path:
        if not isinstance(here, Mapping):
            return None
        here = here.get(key)
    return here


def last_lines(text: str, count: int = 5) -> list[str]:
    """The last lines with something on them."""
    return [line.strip() for line in text.splitlines() if line.strip()][-count:]


def _lines(text: str) -> list[str]:
    """Lines end as docker ends them; Python knows more ends, which may stand in a cell."""
    return [line.rstrip() for line in text.replace("\r\n", "\n").split("\n") if line.strip()]


def _json_row(line: str) -> dict[str, str]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return {str(key): _text(value) for key, value in found.items()}


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
