"""The host's clock as text, in the two forms of the wire."""

from __future__ import annotations

from datetime import datetime


def seconds(moment: datetime) -> str:
    """Give ISO 8601 UTC with whole seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def milliseconds(moment: datetime) -> str:
    """Give ISO 8601 UTC with milliseconds."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
