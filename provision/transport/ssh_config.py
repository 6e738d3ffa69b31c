"""The texts of `~/.ssh/config`, with what they include, which paramiko passes over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from provision.transport.errors import SettingRefused

_USER, _SYSTEM = Path("~/.ssh/config"), Path("/etc/ssh/ssh_config")
_INCLUDE = re.compile(r"\s*include(?:\s+|\s*=\s*)(.+)", re.IGNORECASE)
_SECTION = re.compile(r"\s*(?:host|match)[\s=]", re.IGNORECASE)
_DEEPEST = 16


def read_config(which: bool | str) -> list[str]:
    """Give the texts, the stronger one first.

    Args:
        which: True for the user's and the system's, where they exist; or the one to read.

    Raises:
        SettingRefused: One cannot be read.
    """
    if which is False:
        return []
    if which is True:
        paths = [path for path in (_USER.expanduser(), _SYSTEM) if path.is_file()]
    else:
        paths = [Path(which).expanduser()]
    return ["\n".join(_lines(path, 0)) for path in paths]


def _lines(path: Path, depth: int) -> Iterator[str]:
    section = "Host *"
    for line in _text(path).splitlines():
        if _SECTION.match(line):
            section = line
        include = _INCLUDE.match(line)
        if include is None:
            yield line
        elif depth < _DEEPEST:
            for pattern in include[1].replace('"', " ").split():
                for each in _found(pattern, path):
                    yield from _lines(each, depth + 1)
            # What follows belongs to the section that the line stands in.
            yield section


def _found(pattern: str, within: Path) -> list[Path]:
    """Give the files that a pattern means: relative ones lie beside the file that includes them."""
    path = Path(pattern).expanduser()
    path = path if path.is_absolute() else within.parent / path
    return sorted(each for each in Path(path.anchor).glob(str(path)[1:]) if each.is_file())


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingRefused(
            f"the configuration of ssh, {path}, cannot be read",
            details=str(error),
            resolution="Check `config` in the host file; `config: false` does without.",
        ) from None
