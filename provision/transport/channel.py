"""What the agent's session needs of any transport: bytes to and from one process on the host."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Output:
    """What a process on the host wrote since the last time.

    Args:
        stdout: Raw bytes; any split is possible.
        stderr: Raw bytes.
        exit_code: None while the process lives.
    """

    stdout: bytes = b""
    stderr: bytes = b""
    exit_code: int | None = None


class FileChannel(Protocol):
    """Files carried beside the agent's requests, where a transport can: no detour over base64.

    Both methods raise `transport.errors.FilesRefused`, and nothing else. What they wrote is no
    proof of anything: the agent checks it.
    """

    def write(self, path: str, offset: int, pieces: Iterable[bytes]) -> None:
        """Write into a file that is there, from an offset on."""

    def read(self, path: str, offset: int, length: int) -> Iterator[bytes]:
        """Give so many bytes of a file, piece by piece; fewer when it is shorter."""


class Channel(Protocol):
    """One process on one host, with its standard input and output.

    All methods raise `transport.errors.TransportError` with an error class, and nothing else.
    """

    max_send: int
    """Bytes that one `send` may carry."""

    @property
    def files(self) -> FileChannel | None:
        """Carries files beside the requests; None where only the agent can."""

    def open(self, arguments: Sequence[str]) -> None:
        """Start Windows PowerShell with these arguments, its standard input held open."""

    def send(self, data: bytes) -> None:
        """Write to the process; after a transient error the bytes may or may not have arrived."""

    def receive(self) -> Output:
        """Return as soon as there is output, or with an empty `Output` after a while."""

    def recover(self) -> None:
        """After a transient error: drop what is poisoned, keep the process on the host."""

    def close(self) -> None:
        """End the process and free what the host holds for us; never raises."""


class Connector(Protocol):
    """Makes channels to one host."""

    @property
    def address(self) -> str:
        """Where the host is, for people."""

    def channel(self) -> Channel:
        """A new channel, not yet open."""
