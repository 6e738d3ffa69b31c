"""How much of a part is good, when two of them are on two machines."""

from __future__ import annotations

from provision.agent.operations.files import FileStat
from provision.engine.transfer.asking import Asking
from provision.engine.transfer.source import Source

STEP = 4 * 1024 * 1024
"""Bytes: to this much the place is found where two contents part."""


def good_until(connection: Asking, here: Source, there: str, length: int) -> int:
    """Find how many bytes of the beginning are equal here and on the host.

    A break may leave more than a cut behind: after a power failure the end of a file can be zeros.

    Args:
        there: Path of the host's file.
        length: Bytes that the shorter of both has.
    """
    if not length or _equal(connection, here, there, length):
        return length
    good, bad = 0, -(-length // STEP)
    while bad - good > 1:
        middle = (good + bad) // 2
        if _equal(connection, here, there, middle * STEP):
            good = middle
        else:
            bad = middle
    return good * STEP


def _equal(connection: Asking, here: Source, there: str, length: int) -> bool:
    stat = connection.call(FileStat(path=there, hash=True, first=length))
    return stat.bytes >= length and stat.sha256 == here.sha256(length)
