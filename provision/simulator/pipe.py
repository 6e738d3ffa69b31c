"""What a command has written and no client has received yet."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from provision.simulator.wsman_fault import WSManFault

_HIGH_WATER = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Taken:
    """A piece of output on its way to a client.

    Args:
        chunks: Stream names and bytes, in the order in which they were written.
        exit_code: When the command is over and nothing more will come; else None.
    """

    chunks: tuple[tuple[str, bytes], ...]
    exit_code: int | None


class OutputPipe:
    """Both output streams of one command, in order, until somebody takes them.

    What was taken is gone, as on a real host: whoever cancels a wait before taking loses nothing.
    """

    def __init__(self) -> None:
        self._chunks: deque[tuple[str, bytes]] = deque()
        self._held = 0
        self._exit_code: int | None = None
        self._fault: WSManFault | None = None
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    @property
    def exit_code(self) -> int | None:
        """How the command ended, whether or not its output was received."""
        return self._exit_code

    def write(self, stream: str, data: bytes) -> None:
        """Add output to `stdout` or `stderr`."""
        if data and self._exit_code is None and self._fault is None:
            self._chunks.append((stream, data))
            self._held += len(data)
            if self._held > _HIGH_WATER:
                self._room.clear()
            self._changed.set()

    async def drain(self) -> None:
        """Wait until there is room for more; for writers that can wait."""
        await self._room.wait()

    def finish(self, exit_code: int) -> None:
        """The command is over; only the first exit code counts."""
        if self._exit_code is None:
            self._exit_code = exit_code & 0xFFFFFFFF
            self._changed.set()

    def abort(self, fault: WSManFault) -> None:
        """Whoever waits gets this fault, and whoever comes later too."""
        self._fault = fault
        self._room.set()
        self._changed.set()

    async def wait(self, streams: frozenset[str]) -> None:
        """Return when `take` would give something; takes nothing.

        Raises:
            WSManFault: The pipe was aborted.
        """
        while True:
            if self._fault is not None:
                raise self._fault
            if self._exit_code is not None or any(name in streams for name, _ in self._chunks):
                return
            self._changed.clear()
            await self._changed.wait()

    def take(self, streams: frozenset[str], limit: int) -> Taken:
        """Take what is there, at most `limit` bytes; adjacent pieces of one stream are joined."""
        taken: list[tuple[str, bytearray]] = []
        kept: deque[tuple[str, bytes]] = deque()
        while self._chunks and limit > 0:
            name, data = self._chunks.popleft()
            if name not in streams:
                kept.append((name, data))
                continue
            if len(data) > limit:
                self._chunks.appendleft((name, data[limit:]))
                data = data[:limit]
            limit -= len(data)
            self._held -= len(data)
            if taken and taken[-1][0] == name:
                taken[-1][1].extend(data)
            else:
                taken.append((name, bytearray(data)))
        self._chunks.extendleft(reversed(kept))
        if self._held <= _HIGH_WATER:
            self._room.set()
        more = any(name in streams for name, _ in self._chunks)
        return Taken(
            tuple((name, bytes(data)) for name, data in taken), None if more else self._exit_code
        )
