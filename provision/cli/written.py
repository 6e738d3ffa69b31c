"""Writing a report's file: whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from provision.model.errors import InputError, Problem
from provision.report.text import clean


def write_file(path: str, content: bytes) -> None:
    """Write a file, `-` for standard output; a reader never sees half of it.

    Raises:
        InputError: It cannot be written.
    """
    if path == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    target = Path(path)
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(name).chmod(0o644)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        why = error.strerror or str(error)
        hint = "check that its folder is there, and who may write in it"
        raise InputError([Problem(f"{clean(path)} cannot be written: {why}", hint=hint)]) from None


@contextmanager
def written_where(html: str | None, junit: str | None) -> Iterator[None]:
    """Check where two reports go, and say at the end what was written.

    Raises:
        UsageError: Both should go to standard output.
    """
    if html == junit == "-":
        raise click.UsageError("only one of --html and --junit can be written to standard output")
    yield
    for path in (html, junit):
        if path and path != "-":
            click.echo(f"written: {clean(path)}", err=True)
