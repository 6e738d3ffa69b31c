"""Windows paths in the text of an instruction."""

from __future__ import annotations

import re

DRIVE = re.compile(r"(?i)(?<![\w$%}])([a-z]):(?=[\\/]|\Z)")
BACKSLASH_PATH = re.compile(
    r"(?i)(?<!\w)[a-z]:\\|(?:%(?!COMPUTERNAME|USERDOMAIN)\w+%|\$\{?env:\w+\}?)\\\w"
)
_SEPARATORS = re.compile(r"[\\/]+")


def drive(text: str) -> str:
    """Give the drive letter that a path begins with, in upper case, or nothing."""
    found = DRIVE.match(unquoted(text))
    return found[1].upper() if found else ""


def unquoted(text: str) -> str:
    """Take away the quotes around a word."""
    return text.strip("'\"")


def absolute(text: str) -> bool:
    """Whether a path begins at the root of a drive."""
    plain = unquoted(text)
    return plain.startswith(("/", "\\")) or bool(drive(plain))


def names(text: str) -> list[str]:
    """Give the names that a path is made of, without its drive."""
    plain = DRIVE.sub("", unquoted(text), count=1)
    return [name for name in _SEPARATORS.split(plain) if name]
