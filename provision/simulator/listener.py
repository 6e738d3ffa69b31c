"""A port that can be closed and opened again under the same number.

asyncio's own server may accept a client in the moment in which it is closed, and then leaves it
hanging; a host that restarts often must not. So sockets are accepted here, and every one of them
ends up connected or closed. While the port is closed, a bound socket that does not listen keeps
its number from being given away: clients are refused, as by a host without the service.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

_BACKLOG = 128
_HANDSHAKE_SECONDS = 10.0
_BIND_ATTEMPTS = 100
_BIND_PAUSE = 0.1

_log = logging.getLogger(__name__)


class Listener:
    """Accepts connections on one address.

    Args:
        protocol: Makes the protocol of a new connection.
        port: 0 takes a free one, for good.
        tls: For https.

    Raises:
        OSError: The port cannot be had.
    """

    def __init__(
        self,
        host: str,
        port: int,
        protocol: Callable[[], asyncio.Protocol],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._protocol = protocol
        self._tls = tls
        self._host = host
        self._reserved = self._bind(port)
        self.port = int(self._reserved.getsockname()[1])
        self._listening: socket.socket | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_open(self) -> bool:
        """Whether clients can connect."""
        return self._listening is not None

    async def open(self) -> None:
        """Let clients connect.

        Raises:
            OSError: Somebody took the port, and keeps it.
        """
        for attempt in range(_BIND_ATTEMPTS):
            try:
                sock = self._bind(self.port)
                sock.listen(_BACKLOG)
                break
            except OSError:
                if attempt == _BIND_ATTEMPTS - 1:
                    raise
                await asyncio.sleep(_BIND_PAUSE)
        sock.setblocking(False)
        self._listening = sock
        self._start(self._accept(sock))

    def close(self) -> None:
        """Refuse clients from now on; who is connected already stays so."""
        loop = asyncio.get_running_loop()
        listening, self._listening = self._listening, None
        if listening is not None:
            with suppress(NotImplementedError):  # Windows' event loop has no readers.
                loop.remove_reader(listening)
            listening.close()
        for task in self._tasks:
            # Not at once: a socket that was accepted a moment ago is on its way to the task.
            loop.call_soon(task.cancel)

    async def release(self) -> None:
        """Close, and give the port's number away."""
        self.close()
        self._reserved.close()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _bind(self, port: int) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((self._host, port))
        except OSError:
            sock.close()
            raise
        return sock

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                sock, _ = await asyncio.get_running_loop().sock_accept(listening)
            except OSError:
                if self._listening is not listening:
                    return
                _log.exception("a client could not be accepted")
                await asyncio.sleep(_BIND_PAUSE)
                continue
            if self._listening is not listening:
                sock.close()
                return
            self._start(self._connect(sock))

    async def _connect(self, sock: socket.socket) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                self._protocol,
                sock,
                ssl=self._tls,
                ssl_handshake_timeout=_HANDSHAKE_SECONDS if self._tls else None,
            )
        except BaseException as error:
            with suppress(OSError):
                sock.close()
            if not isinstance(error, OSError):
                raise
