"""A log's bytes as UTF-8, a block at a time.

Windows PowerShell's `>` writes UTF-16 with a byte order mark; most else is UTF-8, or the host's own
code page. Characters that cannot be read are replaced: codes and ids are ASCII in all of them.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO

BLOCK = 2 * 1024 * 1024
"""Bytes that are read at a time."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def blocks(source: BinaryIO, encoding: str | None = None) -> Iterator[bytes]:
    """Read a log to its end.

    Args:
        encoding: A code page such as `cp932`; None goes by the byte order mark, else UTF-8.

    Raises:
        OSError: It cannot be read.
        LookupError: There is no such encoding.
    """
    raw = source.read(BLOCK)
    if encoding is None:
        for mark, name in _MARKS:
            if raw.startswith(mark):
                raw, encoding = raw[len(mark) :], name
                break
    if encoding in (None, "utf-8"):
        while raw:
            yield raw
            raw = source.read(BLOCK)
        return
    decoder = codecs.getincrementaldecoder(encoding or "")(errors="replace")
    while raw:
        yield decoder.decode(raw).encode("utf-8", "replace")
        raw = source.read(BLOCK)
    yield decoder.decode(b"", True).encode("utf-8", "replace")
