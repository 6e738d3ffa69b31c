"""What the WinRM server needs of the host behind it.

The server (`server`, `wsman`, `authentication`) knows HTTP, SOAP and shells; a `Machine` knows the
world. Neither knows the other's inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from provision.agent.operations.base import ErrorRecord
from provision.model.outcome import Json
from provision.simulator.faults import Fault


class WentDown(Exception):
    """The host went down while an operation was carried out: nobody is left to answer."""


class OperationRefused(Exception):
    """The modelled host answers an operation with an error."""

    def __init__(self, record: ErrorRecord) -> None:
        super().__init__(record.message)
        self.record = record


@dataclass(frozen=True, slots=True)
class Power:
    """How the host shows itself to the network right now.

    Args:
        boot: Counts boots; when it changes, every shell and connection of the old boot is gone.
        listening: The port is open. When False, connections are refused and existing ones end.
        accounts: The account database is up; when False every login gets 401.
    """

    boot: int
    listening: bool
    accounts: bool

    @property
    def off(self) -> bool:
        """Between two boots; a network that is merely down leaves shells and accounts alive."""
        return not self.listening and not self.accounts


@dataclass(frozen=True, slots=True)
class ProgramResult:
    """What a modelled program writes, and how it ends."""

    stdout: bytes = b""
    stderr: bytes = b""
    exit_code: int = 0


class Machine(Protocol):
    """A modelled host. All methods are called from one event loop."""

    @property
    def speed(self) -> float:
        """Host seconds per real second."""

    def power(self) -> Power:
        """How the host is reached at this moment."""

    async def changed(self, seen: Power) -> None:
        """Return when `power()` may differ from what was seen."""

    async def perform(self, operation: str, params: dict[str, Json], check: bool) -> Json:
        """Carry out an operation of the agent; gives the JSON of its answer.

        `job.poll` waits here, in host seconds.

        Raises:
            OperationRefused: The host answers with an error.
        """

    def agent_ready(self) -> dict[str, Json]:
        """The result of the agent's `ready` answer (see `agent/bootstrap.py`)."""

    def program(self, program: str, arguments: tuple[str, ...]) -> ProgramResult | None:
        """Run a modelled program such as `hostname`; None when the world has no such program."""

    def strike(self, fault: Fault) -> None:
        """Let one of the `HOST_FAULTS` happen."""
