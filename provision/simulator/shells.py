"""The shells that clients have opened, and the commands in them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from provision.simulator.envelopes import new_id
from provision.simulator.pipe import OutputPipe
from provision.simulator.program import Program
from provision.simulator.settings import ServerSettings
from provision.simulator.wsman_fault import (
    invalid_parameter,
    operation_aborted,
    shell_not_found,
    too_many_shells,
)

KILLED_EXIT = 1
"""What TerminateProcess is given by Windows' own tools."""


@dataclass(eq=False, slots=True)
class Command:
    """One command of a shell: a program and its pipe."""

    id: str
    program: Program
    pipe: OutputPipe

    def close(self) -> None:
        """End the program; a Receive that waits for it is aborted."""
        self.program.close()
        self.pipe.abort(operation_aborted())


@dataclass(eq=False, slots=True)
class Shell:
    """A shell of one user.

    Args:
        idle_seconds: Real seconds without a request after which it goes.
        busy: Requests that are being served in it now.
    """

    id: str
    user: str
    idle_seconds: float
    commands: dict[str, Command] = field(default_factory=dict)
    busy: int = 0
    last_used: float = 0.0

    def command(self, command_id: str) -> Command:
        """Find a command.

        Raises:
            WSManFault: There is none.
        """
        command = self.commands.get(command_id.upper())
        if command is None:
            raise invalid_parameter()
        return command

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Keep the shell from counting as idle."""
        self.busy += 1
        try:
            yield
        finally:
            self.busy -= 1
            self.last_used = asyncio.get_running_loop().time()


class Shells:
    """All shells of one boot of the host."""

    def __init__(self, settings: ServerSettings) -> None:
        self._settings = settings
        self._shells: dict[str, Shell] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def __len__(self) -> int:
        return len(self._shells)

    def open(self, user: str, shell_id: str = "", idle_seconds: float | None = None) -> Shell:
        """Open a shell.

        Raises:
            WSManFault: The user has as many as is allowed, or the id is taken.
        """
        limit = self._settings.shells_per_user
        mine = sum(shell.user.casefold() == user.casefold() for shell in self._shells.values())
        if mine >= limit:
            raise too_many_shells(limit)
        shell_id = shell_id.upper() or new_id()
        if shell_id in self._shells:
            raise invalid_parameter()
        shell = Shell(shell_id, user, idle_seconds or self._settings.shell_idle_seconds)
        shell.last_used = asyncio.get_running_loop().time()
        self._shells[shell_id] = shell
        self._watch(shell, shell.idle_seconds)
        return shell

    def find(self, shell_id: str, user: str) -> Shell:
        """Find a shell of this user.

        Raises:
            WSManFault: There is none; somebody else's looks the same.
        """
        shell = self._shells.get(shell_id.upper())
        if shell is None or shell.user.casefold() != user.casefold():
            raise shell_not_found(shell_id)
        return shell

    def delete(self, shell: Shell) -> None:
        """Close a shell with everything that runs in it."""
        self._shells.pop(shell.id, None)
        if timer := self._timers.pop(shell.id, None):
            timer.cancel()
        for command in shell.commands.values():
            command.close()
        shell.commands.clear()

    def clear(self) -> None:
        """Close all: the host restarts, or the server stops."""
        for shell in list(self._shells.values()):
            self.delete(shell)

    def kill_programs(self) -> None:
        """End every program as Task Manager would; its shell and its command stay."""
        for shell in self._shells.values():
            for command in shell.commands.values():
                command.program.close()
                command.pipe.finish(KILLED_EXIT)

    def _watch(self, shell: Shell, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._timers[shell.id] = loop.call_later(seconds, self._check_idle, shell)

    def _check_idle(self, shell: Shell) -> None:
        idle = asyncio.get_running_loop().time() - shell.last_used
        if shell.busy:
            self._watch(shell, shell.idle_seconds)
        elif idle >= shell.idle_seconds:
            self.delete(shell)
        else:
            self._watch(shell, shell.idle_seconds - idle)
