"""How long a connected agent may be silent over an operation before it counts as dead."""

from __future__ import annotations

from typing import Any

from provision.agent.operations.base import Operation
from provision.agent.operations.docker import DockerRun
from provision.agent.operations.execution import Exec, PowerShell
from provision.agent.operations.features import FeatureEnsure
from provision.agent.operations.files import Download, FileCommit, FileList, FileStat
from provision.agent.operations.jobs import JobPoll
from provision.model.clock import Clock

GRACE = 300.0
"""Seconds on top of what an operation itself may take: a loaded host swaps, and disks are slow."""

_FEATURE = 3600.0
_HASH = 600.0


def patience(operation: Operation[Any] | None, clock: Clock) -> float:
    """Give the host seconds after which silence means death.

    The grace counts real seconds too: a simulated host lives fast, the machine under it does not.

    Args:
        operation: What the agent works on; None while it starts.
    """
    match operation:
        case Exec() | PowerShell() | Download() | DockerRun():
            own = float(operation.timeout)
        case JobPoll():
            own = operation.wait
        case FeatureEnsure():
            own = _FEATURE
        case FileStat(hash=True) | FileList(hash=True) | FileCommit():
            own = _HASH
        case _:
            own = 0.0
    return own + GRACE * max(1.0, clock.speed)
