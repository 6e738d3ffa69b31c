"""How docker's client writes lists: tables, JSON lines, simple Go templates."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from provision.simulator.world.docker.play import Play

JSON = "{{json .}}"
_FIELD = re.compile(r"\{\{\s*(json\s+)?\.([\w.]*)\s*\}\}")
_OTHER = re.compile(r"\{\{.*?\}\}")
_GAP = 3
_LEAST = 20
Row = Mapping[str, object]


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Give a table's lines; every column but the last is at least 20 wide and has a gap of 3."""
    widths = [
        max(_LEAST, *(len(str(row[place])) + _GAP for row in (headings, *rows)))
        for place in range(len(headings) - 1)
    ]
    return [
        "".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)) + row[-1]
        for row in (headings, *rows)
    ]


def rows(
    play: Play,
    template: str,
    columns: Mapping[str, str],
    found: Sequence[Row],
    shown: Sequence[str],
) -> None:
    """Write a list.

    Args:
        template: What `--format` said; empty for the plain table.
        columns: Headings by the keys of the JSON.
        shown: The keys of the plain table.
    """
    if not template:
        cells = [[str(row[key]) for key in shown] for row in found]
        play.say(*table([columns[key] for key in shown], cells))
        return
    if template == "json":
        template = JSON
    heading = template.startswith("table ")
    template = template.removeprefix("table ").replace("\\t", "\t")
    if heading:
        keys = [name for _, name in _FIELD.findall(template)]
        cells = [[str(row.get(key, "")) for key in keys] for row in found]
        play.say(*table([columns.get(key, key.upper()) for key in keys], cells))
        return
    for row in found:
        play.say(fill_in(play, template, row))


def fill_in(play: Play, template: str, data: Row) -> str:
    """Fill fields into a template; anything but fields and `json` is refused."""

    def field(match: re.Match[str]) -> str:
        value = _at(data, match[2])
        if value is None and match[2]:
            play.fail(
                'Template parsing error: template: :1:2: executing "" at '
                f"<.{match[2]}>: can't evaluate field {match[2]}",
                code=64,
            )
        return json.dumps(value, separators=(",", ":")) if match[1] else _text(value)

    text = _FIELD.sub(field, template)
    if left := _OTHER.search(text):
        play.fail(f"docker: this simulated client has no such template: {left[0]}", code=64)
    return text


def age(play: Play, moment: str) -> str:
    """Say how long ago something was, as docker does: `11 weeks ago`."""
    then = datetime.fromisoformat(moment)
    now = datetime.fromisoformat(play.now())
    seconds = max(0.0, (now.astimezone(UTC) - then.astimezone(UTC)).total_seconds())
    return f"{span(seconds)} ago"


def span(seconds: float) -> str:
    """Say how long something took. Source: docker's `units.HumanDuration`."""
    minutes, hours, days = int(seconds / 60), round(seconds / 3600), int(seconds / 86400)
    steps: tuple[tuple[bool, Callable[[], str]], ...] = (
        (seconds < 1, lambda: "Less than a second"),
        (seconds < 60, lambda: f"{int(seconds)} seconds"),
        (minutes == 1, lambda: "About a minute"),
        (minutes < 60, lambda: f"{minutes} minutes"),
        (hours == 1, lambda: "About an hour"),
        (hours < 48, lambda: f"{hours} hours"),
        (hours < 24 * 7 * 2, lambda: f"{days} days"),
        (hours < 24 * 30 * 3, lambda: f"{days // 7} weeks"),
        (hours < 24 * 365 * 2, lambda: f"{days // 30} months"),
    )
    return next((say() for holds, say in steps if holds), f"{days // 365} years")


def size(play: Play, count: int) -> str:
    """Say a number of bytes: four digits and a blank until 1.12, three digits and none since."""
    number, unit = float(count), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if number < 1000 or unit == "TB":
            break
        number /= 1000
    return f"{number:.3g}{unit}" if play.docker.since(1, 13) else f"{number:.4g} {unit}"


def dump(data: object) -> list[str]:
    """Give JSON as `docker inspect` writes it."""
    return json.dumps(data, indent=4).splitlines()


def _at(data: object, path: str) -> object:
    for name in filter(None, path.split(".")):
        if not isinstance(data, Mapping):
            return None
        data = data.get(name)
    return data


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(value, separators=(",", ":"))
    return "" if value is None else str(value)
