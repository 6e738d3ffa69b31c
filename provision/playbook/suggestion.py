"""The word that the user probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(word: object, candidates: Iterable[str], *, listed: int = 12) -> str:
    """Give a hint for a word that is not among the candidates.

    Args:
        word: What was written.
        candidates: What could have been written.
        listed: With no close candidate, all are listed if they are not more than this.
    """
    names = sorted(set(candidates))
    lower = {name.lower(): name for name in names}
    close = difflib.get_close_matches(str(word).lower(), lower, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{lower[close[0]]}'?"
    if 0 < len(names) <= listed:
        return "known are: " + ", ".join(names)
    return ""
