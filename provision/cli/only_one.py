"""A simulated host lives in one process at a time: two would overwrite each other's world."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provision.engine.lease import HostHeld


@contextmanager
def only_one(state: Path, host: str) -> Iterator[None]:
    """Keep other processes from a simulated host's state; the lock dies with this process.

    Raises:
        HostHeld: Another process has it.
    """
    try:
        import fcntl
    except ImportError:  # Windows has no such lock; there nobody is kept out.
        yield
        return
    state.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(state.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise HostHeld(
                f"the simulated host {host} is in use by another process of provision",
                resolution="Wait until that has ended, or serve the host to several with "
                "`provision simulate serve`.",
            ) from None
        yield
    finally:
        os.close(descriptor)
