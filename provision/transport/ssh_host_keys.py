"""Whether a host is who it says it is: its key, and the files of keys that are known.

paramiko's own check knows no revoked keys and no aliases, and its way to note a new key writes the
file anew without its comments; so all keys are judged here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from paramiko import MissingHostKeyPolicy
from paramiko.hostkeys import HostKeyEntry, HostKeys, InvalidHostKey

from provision.model.ssh import HostKeyPolicy
from provision.transport.errors import HostKeyRefused, SettingRefused
from provision.transport.ssh_route import PORT, Hop

_REVOKED = "@revoked"
_RSA = ("ssh-rsa", "rsa-sha2-512", "rsa-sha2-256")


class HostKeyCheck(MissingHostKeyPolicy):  # type: ignore[misc]
    """Judges the key of one host; paramiko, which knows no keys, asks it about every one.

    Attributes:
        judged: What was found, for people; empty until a key was believed.
    """

    def __init__(self, hop: Hop, policy: HostKeyPolicy) -> None:
        self._hop = hop
        self._policy = policy
        self._known: list[Any] = []
        self._revoked: list[Any] = []
        for path in hop.known_hosts:
            for revoked, entry in _entries(path):
                if _names(entry.hostnames, hop.key_name):
                    (self._revoked if revoked else self._known).append(entry.key)
        self.judged = ""

    def preferred(self, types: tuple[str, ...]) -> tuple[str, ...]:
        """Put the kinds of key by which the host is known first: it may have several keys."""
        known = {key.get_name() for key in self._known}
        if known & set(_RSA):
            known |= set(_RSA)
        return (*(kind for kind in types if kind in known), *(k for k in types if k not in known))

    def missing_host_key(self, client: Any, hostname: str, key: Any) -> None:  # noqa: ARG002
        """Let a key pass, or not.

        Raises:
            HostKeyRefused: It is not known, not the known one, or revoked.
        """
        shown = f"{key.get_name()} {key.fingerprint}"
        if key in self._revoked:
            raise self._refused("has a key that was revoked", shown)
        if key in self._known:
            self.judged = f"{shown}, known"
            return
        if self._known:
            raise self._changed(shown)
        if self._policy is HostKeyPolicy.STRICT:
            raise self._unknown(shown)
        self._note(key)
        self.judged = f"{shown}, new, noted in {self._hop.known_hosts[0]}"

    def _refused(self, what: str, shown: str, resolution: str = "") -> HostKeyRefused:
        files = ", ".join(str(path) for path in self._hop.known_hosts if path.exists())
        return HostKeyRefused(
            f"{self._hop.place} {what}",
            details=f"its key is {shown}\nsought as {self._hop.key_name} in "
            f"{files or str(self._hop.known_hosts[0]) + ', which does not exist'}",
            resolution=resolution or "Make another key on the host; this one is no proof any more.",
        )

    def _changed(self, shown: str) -> HostKeyRefused:
        known = ", ".join(f"{key.get_name()} {key.fingerprint}" for key in self._known)
        return self._refused(
            "has another key than the one that is known",
            f"{shown}\nknown: {known}",
            "Somebody may be in between, or the host was made anew. If it was, take the old key "
            f"away: `ssh-keygen -R '{self._hop.key_name}' -f {self._hop.known_hosts[0]}`.",
        )

    def _unknown(self, shown: str) -> HostKeyRefused:
        port = "" if self._hop.port == PORT else f"-p {self._hop.port} "
        return self._refused(
            "has a key that is not known",
            shown,
            "Compare it on the host with `ssh-keygen -lf "
            "C:\\ProgramData\\ssh\\ssh_host_ed25519_key.pub`, then note it here: `ssh-keyscan "
            f"{port}{self._hop.address} >> {self._hop.known_hosts[0]}`. `host_key: accept-new` "
            "believes the first key that it sees.",
        )

    def _note(self, key: Any) -> None:
        path = self._hop.known_hosts[0]
        line = f"{self._hop.key_name} {key.get_name()} {key.get_base64()}\n"
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if path.exists() and path.stat().st_size and not _ends_line(path):
                line = f"\n{line}"
            handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(line)
        except OSError as error:
            raise SettingRefused(
                f"the new key of {self._hop.place} cannot be noted in {path}",
                details=str(error),
                resolution="Check `known_hosts` in the host file.",
            ) from None
        self._known.append(key)


def _names(patterns: list[str], name: str) -> bool:
    """Tell whether a line is about a host: hashed, plain, or with `*`, `?` and `!`."""
    found = False
    for pattern in patterns:
        if pattern.startswith("|1|"):
            found = found or HostKeys.hash_host(name, pattern) == pattern
        elif fnmatchcase(name, _literal(pattern.removeprefix("!").lower())):
            if pattern.startswith("!"):
                return False
            found = True
    return found


def _literal(pattern: str) -> str:
    return pattern.replace("[", "[[]")


def _ends_line(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) == b"\n"


def _entries(path: Path) -> Iterator[tuple[bool, Any]]:
    """Give what a file of host keys says, and whether it says so to revoke it."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise SettingRefused(
            f"the known host keys in {path} cannot be read",
            details=str(error),
            resolution="Check `known_hosts` in the host file.",
        ) from None
    for line in text.splitlines():
        words = line.split()
        revoked = bool(words) and words[0] == _REVOKED
        words = words[1:] if revoked else words
        if not words or words[0].startswith(("#", "@")):
            continue
        try:
            entry = HostKeyEntry.from_line(" ".join(words))
        except (InvalidHostKey, ValueError):
            continue
        if entry is not None:
            yield revoked, entry
