"""Which kind of program a command line starts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from provision.agent.bootstrap import recognise
from provision.agent.source import agent_source
from provision.simulator.agent_process import AgentProcess
from provision.simulator.command_line import CommandLine
from provision.simulator.free_process import ENGINES, start_powershell
from provision.simulator.machine import Machine
from provision.simulator.pipe import OutputPipe
from provision.simulator.program import FinishedProgram, Program
from provision.simulator.wsman_fault import file_not_found

_CLOSING_SECONDS = 5.0
_NOT_RECOGNIZED = (
    "'{program}' is not recognized as an internal or external command,\r\n"
    "operable program or batch file.\r\n"
    "(This host is simulated, and models no program of that name.)\r\n"
)


def known_agent() -> str:
    """SHA-256 of the one agent that the simulator answers for: this version's own."""
    return agent_source().sha256


class Launcher:
    """Start programs on a machine.

    Args:
        free_powershell: PowerShell other than our agent may go to a real one.
        agent: Gives the SHA-256 of the agent that is answered for.
    """

    def __init__(
        self,
        machine: Machine,
        *,
        free_powershell: bool = True,
        agent: Callable[[], str] = known_agent,
    ) -> None:
        self._machine = machine
        self._free_powershell = free_powershell
        self._agent = agent
        self._running: set[asyncio.Task[None]] = set()

    async def start(self, line: CommandLine, pipe: OutputPipe, *, direct: bool) -> Program:
        """Start a program, its output into the pipe.

        Args:
            direct: The client asked for no cmd.exe in between; then a missing program is a fault,
                else cmd's own message and exit code 1.

        Raises:
            WSManFault: It cannot be started.
        """
        if line.name in ENGINES:
            bootstrap = recognise(line.arguments)
            if bootstrap is not None and bootstrap.sha256 == self._agent():
                return self._keep(AgentProcess(self._machine, bootstrap, pipe))
            return self._keep(
                await start_powershell(
                    line.program, line.arguments, pipe, allowed=self._free_powershell
                )
            )
        result = self._machine.program(line.name, line.arguments)
        if result is None:
            if direct:
                raise file_not_found(line.program)
            pipe.write("stderr", _NOT_RECOGNIZED.format(program=line.program).encode())
            pipe.finish(1)
            return FinishedProgram()
        pipe.write("stdout", result.stdout)
        pipe.write("stderr", result.stderr)
        pipe.finish(result.exit_code)
        return FinishedProgram()

    async def wait_closed(self) -> None:
        """Wait, some seconds at most, until nothing is left of the programs that were closed."""
        if self._running:
            await asyncio.wait(self._running, timeout=_CLOSING_SECONDS)

    def _keep(self, program: Program) -> Program:
        task = asyncio.get_running_loop().create_task(program.wait_closed())
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return program
