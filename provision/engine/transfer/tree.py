"""A folder of the controller, as it will stand on a Windows host."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from provision.agent.operations.files import Kind
from provision.engine.transfer.source import unreadable
from provision.model.errors import TaskError

_NOT_ON_WINDOWS = re.compile(r'[<>:"|?*\\\x00-\x1f]|[. ]\Z')
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LocalEntry:
    """A file or folder below the folder.

    Args:
        path: Relative, with backslashes.
        kind: `file` or `folder`.
        size: Bytes; 0 for a folder.
        here: Where it is on the controller.
    """

    path: str
    kind: Kind
    size: int
    here: Path


def read_tree(folder: Path, name: str) -> list[LocalEntry]:
    """List everything below a folder, sorted by path.

    A link to a file counts as the file. A link to a folder is refused: it may lead in a circle.

    Raises:
        TaskError: Something cannot be read, or cannot stand on Windows under its name.
    """
    entries: list[LocalEntry] = []
    problems: list[str] = []
    try:
        _add(folder, "", entries, problems)
    except OSError as error:
        raise unreadable(name, folder, error) from None
    by_key: dict[str, str] = {}
    for entry in entries:
        other = by_key.setdefault(entry.path.lower(), entry.path)
        if other != entry.path:
            problems.append(f"{entry.path} and {other} are one name on Windows")
    if problems:
        raise TaskError(
            f"{name} cannot be sent: {problems[0]}",
            details="\n".join(problems),
            resolution="Rename or leave out what cannot stand on Windows.",
        )
    return sorted(entries, key=lambda entry: entry.path)


def _add(folder: Path, above: str, entries: list[LocalEntry], problems: list[str]) -> None:
    with os.scandir(folder) as found:
        for item in found:
            path = above + item.name
            if _NOT_ON_WINDOWS.search(item.name) or _DEVICES.match(item.name):
                problems.append(f"{path} is no name for Windows")
            elif item.is_dir():
                if item.is_symlink():
                    problems.append(f"{path} is a link to a folder")
                    continue
                entries.append(LocalEntry(path, Kind.FOLDER, 0, Path(item.path)))
                _add(Path(item.path), f"{path}\\", entries, problems)
            elif item.is_file():
                size = item.stat().st_size
                entries.append(LocalEntry(path, Kind.FILE, size, Path(item.path)))
            else:
                problems.append(f"{path} is neither a file nor a folder")
