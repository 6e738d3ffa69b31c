"""Whether to compress: tried on a piece now and then, done while it pays."""

from __future__ import annotations

import binascii
import zlib

import pybase64

from provision.agent.operations.files import FileReadAnswer

WORTH_IT = 0.9
"""Compressed is sent what comes to at most this much of its length."""

_GZIP = 31
_FASTEST = 1
_WAIT = 31
"""Pieces that go as they are after one that did not compress: 8 MB."""


class Squeezer:
    """Decides for the pieces of one content, in their order."""

    def __init__(self) -> None:
        self._wait = 0

    def squeeze(self, piece: bytes) -> tuple[bytes, bool]:
        """Give a piece as it is to be sent, and whether that is its gzip."""
        if not self.wanted() or not piece:
            return piece, False
        small = zlib.compress(piece, _FASTEST, wbits=_GZIP)
        paid = len(small) <= WORTH_IT * len(piece)
        self.found(paid)
        return (small, True) if paid else (piece, False)

    def wanted(self) -> bool:
        """Tell whether to try with the next piece."""
        if self._wait:
            self._wait -= 1
            return False
        return True

    def found(self, paid: bool) -> None:
        """Take note of what came of a try."""
        if not paid:
            self._wait = _WAIT


def unpack(answer: FileReadAnswer) -> bytes | None:
    """Give the piece that a host sent; None when it cannot be read."""
    try:
        piece = pybase64.b64decode(answer.content, validate=True)
        return zlib.decompress(piece, wbits=_GZIP) if answer.compressed else piece
    except (binascii.Error, zlib.error):
        return None
