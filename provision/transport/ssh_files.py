"""Files by sftp, beside the agent's channel on the same connection."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from paramiko.ssh_exception import SSHException

from provision.transport.errors import FilesRefused
from provision.transport.ssh_connection import SSHConnection

_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_SECONDS = 60.0
_PIECE = 32 * 1024
"""What every sftp server takes in one request."""


class SFTPFiles:
    """Reads and writes pieces of files on the host; opens sftp when it is first needed.

    Everything that goes wrong is `FilesRefused`: the agent can do the same, and tells better why
    it cannot; and when the connection broke, the agent's channel says so.
    """

    def __init__(self, connection: SSHConnection) -> None:
        self._connection = connection
        self._sftp: Any = None

    def write(self, path: str, offset: int, pieces: Iterable[bytes]) -> None:
        """Write into a file that is there, from an offset on.

        Raises:
            FilesRefused: It cannot be done; some of it may be written.
        """
        try:
            with self._open(path, "r+") as file:
                file.set_pipelined(True)
                file.seek(offset)
                for piece in pieces:
                    for start in range(0, len(piece), _PIECE):
                        file.write(piece[start : start + _PIECE])
        except (OSError, SSHException, EOFError) as error:
            raise FilesRefused(f"sftp cannot write {path}", details=str(error)) from None

    def read(self, path: str, offset: int, length: int) -> Iterator[bytes]:
        """Give so many bytes of a file, piece by piece; fewer when it is shorter.

        Raises:
            FilesRefused: It cannot be done.
        """
        try:
            with self._open(path, "r") as file:
                places = range(offset, offset + length, _PIECE)
                wanted = [(place, min(_PIECE, offset + length - place)) for place in places]
                yield from file.readv(wanted)
        except (OSError, SSHException, EOFError) as error:
            raise FilesRefused(f"sftp cannot read {path}", details=str(error)) from None

    def close(self) -> None:
        """Close sftp; never raises."""
        sftp, self._sftp = self._sftp, None
        if sftp is not None:
            with suppress(Exception):
                sftp.close()

    def _open(self, path: str, mode: str) -> Any:
        place = _place(path)
        if self._sftp is None:
            self._sftp = self._connection.transport.open_sftp_client()
            self._sftp.get_channel().settimeout(_SECONDS)
        return self._sftp.open(place, mode)


def _place(path: str) -> str:
    """Give the place in sftp's form: `/C:/folder/file`."""
    if _DRIVE.match(path):
        return "/" + path.replace("\\", "/")
    if path.startswith("/"):
        return path
    raise FilesRefused(f"sftp has no name for {path}")
