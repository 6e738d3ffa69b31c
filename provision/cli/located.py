"""A host as its file describes it, and where that file is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from provision.model.host import Host
from provision.model.position import Position


@dataclass(frozen=True, slots=True)
class Located:
    """A host, and what its file's place decides.

    Args:
        folder: Of the host file: secrets are relative to it, and `.provision/` lies there.
        password_at: Where the password is described.
        passphrase_at: Where the passphrase of a key is described.
    """

    host: Host
    folder: Path
    password_at: Position | None = None
    passphrase_at: Position | None = None


def state_file(located: Located) -> Path:
    """Where a simulated host keeps its state between runs."""
    return located.folder / ".provision" / "simulator" / f"{located.host.name}.json"
