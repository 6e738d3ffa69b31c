"""A session of libvirt with real, tiny VMs."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def vms() -> Iterator[Any]:
    """Makes VMs that count their boots; in a folder that `nobody` may enter, with a short name."""
    needed = ("virsh", "libvirtd", "qemu-img", "qemu-system-x86_64", "setpriv")
    if missing := [name for name in needed if shutil.which(name) is None]:
        pytest.skip(f"no real VM without {', '.join(missing)}")
    from tiny_vm import TinyVms

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        vms = TinyVms(Path(folder))
        yield vms
        vms.close()
