"""Which process holds something, told so well that another one can see whether it still lives.

A process id alone proves little: ids are used again, after a restart of the machine and inside
containers. On Linux the boot, the process namespace and the process's start are compared too
(proc(5): `/proc/sys/kernel/random/boot_id`, `/proc/PID/ns/pid`, field 22 of `/proc/PID/stat`).
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

_BETWEEN = "~"


@dataclass(frozen=True, slots=True)
class Process:
    """One process on one machine; what cannot be had is empty.

    Args:
        machine: Name and id of the machine.
        boot: Id of the machine's boot.
        namespace: In which `pid` means something.
        began: When the process began, in the kernel's own units.
    """

    machine: str
    boot: str
    namespace: str
    pid: int
    began: str

    def __str__(self) -> str:
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def parse(cls, text: str) -> Process | None:
        """Read what `str` wrote; None when it is something else."""
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError):
            return None

    @property
    def name(self) -> str:
        """In short, to be read by `named`: the machine only as a hash."""
        fields = (_hash(self.machine), self.boot, self.namespace, str(self.pid), self.began)
        return _BETWEEN.join(fields)

    @classmethod
    def named(cls, name: str) -> Process | None:
        """Read a `name`; None when it is something else."""
        try:
            machine, boot, namespace, pid, began = name.split(_BETWEEN)
            return cls(machine, boot, namespace, int(pid), began)
        except ValueError:
            return None

    @classmethod
    def own(cls) -> Process:
        """This process."""
        pid = os.getpid()
        return cls(_machine(), _boot(), _namespace(), pid, _began(pid))

    def lives(self) -> bool | None:
        """Tell whether the process still runs; None when that cannot be seen from here."""
        if self.machine not in (_machine(), _hash(_machine())):
            return None
        if self.boot != _boot():
            return False
        if self.namespace != _namespace():
            return None
        if self.began:
            return _began(self.pid) == self.began
        return _exists(self.pid)


def _machine() -> str:
    return f"{platform.node()} {_text('/etc/machine-id')}".strip()


def _hash(machine: str) -> str:
    return hashlib.sha256(machine.encode()).hexdigest()[:12]


def _boot() -> str:
    return _text("/proc/sys/kernel/random/boot_id")


def _namespace() -> str:
    with contextlib.suppress(OSError):
        return str(Path("/proc/self/ns/pid").readlink())
    return ""


def _began(pid: int) -> str:
    """When a process began; empty when it is gone, or dead and not yet waited for."""
    after_name = _text(f"/proc/{pid}/stat").rpartition(")")[2].split()
    if len(after_name) < 20 or after_name[0] in ("Z", "X"):
        return ""
    return after_name[19]


def _exists(pid: int) -> bool | None:
    if sys.platform == "win32":
        return None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _text(path: str) -> str:
    with contextlib.suppress(OSError):
        return Path(path).read_text(encoding="utf-8", errors="replace").strip()
    return ""
