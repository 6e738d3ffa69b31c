"""Ids as docker makes them: 64 hexadecimal digits, shown as twelve."""

from __future__ import annotations

import hashlib

SHORT = 12


def digits(*parts: object) -> str:
    """Give the 64 digits of something."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


def full(short: str) -> str:
    """Give all digits of an image of which twelve are known."""
    return short + digits("rest", short)[len(short) :]


def hyphened(text: str) -> str:
    """Give 32 digits as Windows writes a GUID."""
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:32])).upper()


def mac(seed: str) -> str:
    """Give a hardware address of the range that Hyper-V gives from."""
    rest = digits("mac", seed)
    return ":".join(("00", "15", "5d", rest[:2], rest[2:4], rest[4:6]))
