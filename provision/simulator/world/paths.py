"""Windows paths as text: no path of the controller's own system is ever involved.

`ntpath` knows drives and both slashes; Windows compares names without regard to case.
"""

from __future__ import annotations

import ntpath
from functools import lru_cache


@lru_cache(maxsize=16384)
def normal(path: str, directory: str = "C:\\") -> str:
    """Make a path absolute and drop what is redundant: `c:/a/../b` becomes `C:\\b`.

    Args:
        directory: What a relative path is relative to.
    """
    joined = ntpath.normpath(ntpath.join(directory, path))
    drive, rest = ntpath.splitdrive(joined)
    return drive.upper() + (rest or "\\")


@lru_cache(maxsize=16384)
def key(path: str) -> str:
    """Give the form in which two names of one path are equal."""
    return normal(path).lower()


def parent(path: str) -> str:
    """Give the folder that a path stands in; a drive's root is its own parent."""
    return ntpath.dirname(path)


def is_root(path: str) -> bool:
    """Tell whether a normal path is a drive's root."""
    return parent(path) == path


def parents(path: str) -> tuple[str, ...]:
    """Give all folders that a normal path stands in, the drive's root left out, outermost first."""
    found: list[str] = []
    above = parent(path)
    while not is_root(above):
        found.append(above)
        above = parent(above)
    return tuple(reversed(found))


def within(path: str, folder: str) -> bool:
    """Tell whether a path is the folder or stands somewhere in it."""
    inner, outer = key(path), key(folder)
    return inner == outer or inner.startswith(outer.rstrip("\\") + "\\")
