"""Reads and writes the Dockerfiles that `provision lint-dockerfile` is given."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from provision.model.errors import InputError, Problem
from provision.model.position import Position

STDIN = "-"
_LARGEST = 4 * 1024 * 1024


def read_file(name: str) -> str:
    """Read a Dockerfile with its line ends and byte order mark as they are.

    Raises:
        InputError: It cannot be read, or is no UTF-8 text, or is too large to be a Dockerfile.
    """
    try:
        content = _bytes(name)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _refusal(name, f"cannot read {name}: {reason}") from None
    if len(content) > _LARGEST:
        raise _refusal(name, f"{name} is larger than 4 MiB, and so no Dockerfile")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        place = Position(name, line, column)
        hint = "Give the path of a Dockerfile, saved as UTF-8."
        raise InputError([Problem(f"{name} is no UTF-8 text", place, hint)]) from None


def write_file(name: str, text: str) -> None:
    """Put a text in the place of a file, all or nothing; its mode stays.

    Raises:
        InputError: It cannot be written; the file is as it was.
    """
    path = Path(name)
    temporary = ""
    try:
        path = path.resolve(strict=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".provision-")
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(path.stat().st_mode & 0o7777)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise _refusal(name, f"cannot write {name}: {error.strerror}") from None


def _bytes(name: str) -> bytes:
    if name == STDIN:
        return sys.stdin.buffer.read(_LARGEST + 1)
    with Path(name).open("rb") as file:
        return file.read(_LARGEST + 1)


def _refusal(name: str, message: str) -> InputError:
    return InputError([Problem(message, Position(name, 1, 1))])
