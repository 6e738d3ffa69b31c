"""Errors that the modelled host answers with, and how they are raised."""

from __future__ import annotations

from provision.simulator.machine import OperationRefused
from provision.simulator.world import windows
from provision.simulator.world.model import World


class RefusedAfter(OperationRefused):
    """A refusal that left something behind.

    Args:
        world: As it is now.
    """

    def __init__(self, refused: OperationRefused, world: World) -> None:
        super().__init__(refused.record)
        self.world = world


def refuse(
    id: str, message: str, hresult: str = windows.INVALID_OPERATION_HRESULT
) -> OperationRefused:
    """Make the error that the agent itself gives under one of its ids."""
    return OperationRefused(windows.agent_error(id, message, hresult))


def disk_full() -> OperationRefused:
    """Make the error of a drive without room."""
    return refuse("DiskFull", f"the disk is full: {windows.DISK_FULL}", windows.DISK_FULL_HRESULT)
