"""A file that one process at a time may hold; the lock dies with the process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provision.model.errors import ProvisionError


@contextmanager
def file_lock(path: Path, refusal: ProvisionError) -> Iterator[None]:
    """Hold a file until the end.

    Args:
        path: Made when it is missing, with its folder.
        refusal: Raised when another process holds it.
    """
    try:
        import fcntl
    except ImportError:  # Windows has no such lock; there nobody is kept out.
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise refusal from None
        yield
    finally:
        os.close(descriptor)
