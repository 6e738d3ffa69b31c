"""A simulated host lives in one process at a time: two would overwrite each other's world."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from provision.cli.file_lock import file_lock
from provision.engine.lease import HostHeld


def only_one(state: Path, host: str) -> AbstractContextManager[None]:
    """Keep other processes from a simulated host's state.

    Raises:
        HostHeld: Another process has it.
    """
    refusal = HostHeld(
        f"the simulated host {host} is in use by another process of provision",
        resolution="Wait until that has ended, or serve the host to several with "
        "`provision simulate serve`.",
    )
    return file_lock(state.with_suffix(".lock"), refusal)
