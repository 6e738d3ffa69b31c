"""Words, numbers and foreign text as observers show them.

Whatever a host prints is foreign: it must not move the cursor, colour the terminal, or turn the
reading direction around.
"""

from __future__ import annotations

import difflib
import json
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provision.model.outcome import Change, Json

_SHORT = 72
_LONG = 4000
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def clean(text: str) -> str:
    """Make every character visible that a terminal would obey instead of showing.

    Control, format and surrogate characters become escapes such as `\\x1b`; a tab becomes spaces.
    """
    shown = text.replace("\t", "    ")
    return "".join(c if unicodedata.category(c) not in _HIDDEN else _escape(c) for c in shown)


def lines(text: str) -> Iterator[str]:
    """Give the clean lines of a text of the host's, at least one, each cut at 4,000 characters."""
    parts = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    while len(parts) > 1 and not parts[-1].strip():
        parts.pop()
    for part in parts:
        shown = part if len(part) <= _LONG else f"{part[:_LONG]}… ({len(part):,} characters)"
        yield clean(shown.expandtabs(4))


def duration(seconds: float) -> str:
    """Write seconds as `0:07`, `12:30` or `1:52:33`."""
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def size(count: int) -> str:
    """Write bytes in the unit that leaves few digits: `2.5 GB`."""
    value = float(count)
    for unit in ("bytes", "KB", "MB", "GB"):
        if value < 1024 or unit == "GB":
            break
        value /= 1024
    return f"{value:.0f} {unit}" if value >= 10 or value == int(value) else f"{value:.1f} {unit}"


def plural(count: int, noun: str) -> str:
    """Write a count with its noun: `1 warning`, `2 warnings`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def change_text(change: Change) -> str:
    """Write a change in one line: `feature Containers: installed false → true`."""
    what, before, after = clean(change.what), change.before, change.after
    if before is None and after is None:
        return what
    if before is None:
        return f"{what}: created, {_short(after)}"
    if after is None:
        return f"{what}: removed, was {_short(before)}"
    if isinstance(before, dict) and isinstance(after, dict):
        keys = [k for k in {**before, **after} if before.get(k) != after.get(k)]
        if not keys:
            return f"{what}: {_short(after)}"
        parts = [
            f"{clean(key)} {_short(before.get(key))} → {_short(after.get(key))}" for key in keys
        ]
        return f"{what}: {', '.join(parts)}"
    return f"{what}: {_short(before)} → {_short(after)}"


def change_diff(change: Change) -> list[str]:
    """Write a change as the lines of a diff, each with its `-`, `+` or blank in front."""
    diff = difflib.unified_diff(_tall(change.before), _tall(change.after), lineterm="", n=2)
    return [clean(line) for line in list(diff)[2:] if not line.startswith("@@")]


def _escape(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _short(value: Json) -> str:
    if value is None:
        return "absent"
    if isinstance(value, dict):
        text = ", ".join(f"{key} {_short(item)}" for key, item in value.items())
    elif isinstance(value, str):
        text = value
    else:
        text = json.dumps(value, ensure_ascii=False)
    if len(text) == 64 and all(c in "0123456789abcdef" for c in text):
        text = f"{text[:12]}…"
    return clean(text if len(text) <= _SHORT else f"{text[:_SHORT]}…")


def _tall(value: Json) -> list[str]:
    if value is None:
        return []
    if isinstance(value, str):
        return value.splitlines()
    if isinstance(value, dict):
        return [f"{key}: {_flat(item)}" for key, item in value.items()]
    return json.dumps(value, ensure_ascii=False, indent=2).splitlines()


def _flat(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
