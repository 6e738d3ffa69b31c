"""The generations of Windows Server that can host containers, oldest first."""

from __future__ import annotations

GENERATIONS: tuple[str, ...] = ("tp4", "tp5", "rtm", "2019", "2022", "2025")
"""`rtm` is Windows Server 2016 as released."""

_BUILDS = {10586: "tp4", 14300: "tp5", 14393: "rtm", 17763: "2019", 20348: "2022", 26100: "2025"}
_OTHER_NAMES = {"2016": "rtm"}


def generation_of(os_build: int) -> str:
    """Name the generation of a build; empty when it is none of them."""
    return _BUILDS.get(os_build, "")


def canonical(generation: str) -> str:
    """Give a generation's own name for any of its names; empty when there is none."""
    name = _OTHER_NAMES.get(generation.lower(), generation.lower())
    return name if name in GENERATIONS else ""


def between(since: str, until: str) -> tuple[str, ...]:
    """Give the generations from one to another, both included; an empty name is no bound."""
    first = GENERATIONS.index(since) if since else 0
    last = GENERATIONS.index(until) if until else len(GENERATIONS) - 1
    return GENERATIONS[first : last + 1]
