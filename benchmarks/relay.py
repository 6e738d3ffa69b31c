"""A relay before a WinRM server that counts what passes: connections, requests, bytes."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass

_REQUEST = b"POST /wsman"


@dataclass(frozen=True, slots=True)
class Counts:
    """What has passed so far.

    Args:
        octets: Bytes, both ways together.
    """

    connections: int = 0
    requests: int = 0
    octets: int = 0


class Relay:
    """Listens on loopback and passes everything on to another port of loopback."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._lock = threading.Lock()
        self._connections = self._requests = self._octets = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Relay:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._listener.close()

    def counts(self) -> Counts:
        """Give what has passed so far."""
        with self._lock:
            return Counts(self._connections, self._requests, self._octets)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            with self._lock:
                self._connections += 1
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for source, sink, up in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._pass, args=(source, sink, up), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, up: bool) -> None:
        tail = b""
        try:
            while data := source.recv(65536):
                sink.sendall(data)
                seen = tail + data
                tail = seen[-len(_REQUEST) + 1 :]
                with self._lock:
                    self._octets += len(data)
                    self._requests += seen.count(_REQUEST) if up else 0
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
