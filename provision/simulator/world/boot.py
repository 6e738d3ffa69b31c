"""Which boot the modelled host is in, and how far it has come up."""

from __future__ import annotations

from provision.simulator.world.thing import Frozen


class Boot(Frozen):
    """The present boot, or the last one while the host is down.

    Args:
        number: Counts boots from 1.
        token: The agent's volatile token of this boot.
        began: Host time.
        listening: The WinRM port is open.
        accounts: The account database is up.
        further: Restarts that follow this boot by themselves ("configuring updates").
        ending: A restart was asked for and has not begun.
    """

    number: int = 1
    token: str
    began: float = 0.0
    listening: bool = True
    accounts: bool = True
    further: int = 0
    ending: bool = False


class Disk(Frozen):
    """The system drive."""

    total_bytes: int
    free_bytes: int
