"""Which errors of a registry pass by themselves, and how long to wait for that."""

from __future__ import annotations

import re

DELAYS = (15.0, 60.0, 180.0)
"""Host seconds before the second, third and each further try."""

_TRANSIENT = re.compile(
    r"TLS handshake timeout|i/o timeout|connection reset|forcibly closed|wsarecv"
    r"|unexpected EOF|: EOF\b|Client\.Timeout exceeded|request canceled while"
    r"|server misbehaving|connection timed out|did not properly respond"
    r"|\b(?:500|502|503|504)\b (?:Internal Server Error|Bad Gateway|Service Unavailable"
    r"|Gateway Time-?out)|received unexpected HTTP status: 5\d\d",
    re.I,
)
_LASTING = re.compile(
    r"toomanyrequests|too many requests|\b429\b|not found|manifest unknown|does not exist"
    r"|unauthorized|access (?:to the resource is )?denied|pull access denied|no matching manifest"
    r"|no space left|not enough space|certificate|no such host",
    re.I,
)


def passes_by_itself(text: str) -> bool:
    """Whether trying again after a while can help; what is not known is not tried again."""
    return bool(_TRANSIENT.search(text)) and not _LASTING.search(text)


def delay_before(attempt: int) -> float:
    """Host seconds to wait before a try; the second is number 2."""
    return DELAYS[min(attempt - 2, len(DELAYS) - 1)]
