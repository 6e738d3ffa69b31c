"""The accounts of one simulated host, for Basic and for pyspnego's NTLM acceptor.

pyspnego's acceptor looks accounts up in the file that the environment variable NTLM_USER_FILE
names, and offers no other way. So each server writes a file of its own, with NT hashes in place of
passwords (which may then contain colons), and the variable names it while one of its logins is
looked at. A lock keeps two servers of one process apart. The file goes when the server stops.
"""

from __future__ import annotations

import hmac
import os
import secrets
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from spnego._ntlm_raw.crypto import ntowfv1

_VARIABLE: Final = "NTLM_USER_FILE"
_LOCK: Final = threading.RLock()
_USERS_OWN: Final = os.environ.get(_VARIABLE)


class Accounts:
    """Who may log in.

    Args:
        passwords: By user name: `Administrator`, `DOMAIN\\user` or `user@domain`. A plain name is
            accepted with the names of this computer and of the host as its domain, too.
        computer_name: The host's own name.
    """

    def __init__(self, passwords: Mapping[str, str], computer_name: str = "") -> None:
        self._passwords = {name.casefold(): password for name, password in passwords.items()}
        own = socket.gethostname()
        self._domains = _unique((".", computer_name, own, own.split(".")[0], "WORKSTATION"))
        self._folder = Path(tempfile.mkdtemp(prefix="provision-accounts-"))
        self._file = self._folder / "ntlm"
        self._file.touch(mode=0o600)
        self._file.write_text("".join(self._lines()), encoding="utf-8")

    def __repr__(self) -> str:
        return f"Accounts({', '.join(sorted(self._passwords))})"

    def check(self, user: str, password: str) -> bool:
        """Tell whether the password is the user's."""
        known = self._passwords.get(user.casefold())
        if known is None:
            domain, _, name = user.casefold().rpartition("\\")
            known = self._passwords.get(name) if domain in self._domains else None
        return known is not None and hmac.compare_digest(known.encode(), password.encode())

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Let pyspnego see these accounts; never hold it over an `await`."""
        with _LOCK:
            if os.environ.get(_VARIABLE) != str(self._file):
                os.environ[_VARIABLE] = str(self._file)
            yield

    def close(self) -> None:
        """Remove the file, and give the environment back what it had."""
        with _LOCK:
            if os.environ.get(_VARIABLE) == str(self._file):
                if _USERS_OWN is None:
                    del os.environ[_VARIABLE]
                else:
                    os.environ[_VARIABLE] = _USERS_OWN
        shutil.rmtree(self._folder, ignore_errors=True)

    def _lines(self) -> Iterator[str]:
        for name, password in self._passwords.items():
            digest = ntowfv1(password).hex().upper()
            # An empty LM hash would be a second password that everybody knows.
            tail = f":0:{secrets.token_hex(16).upper()}:{digest}:[U]:LCT-00000000\n"
            yield name + tail
            if "\\" not in name and "@" not in name:
                yield from (f"{domain}\\{name}{tail}" for domain in self._domains)


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.casefold() for name in names if name))
