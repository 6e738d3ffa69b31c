"""Who we are to an SSH host: keys, the agent's keys, a password, in this order.

paramiko's own way through them forgets why each one was refused, takes a connection that breaks in
between for a refusal, and a password for a passphrase.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from paramiko import Agent, PKey
from paramiko.ssh_exception import BadAuthenticationType, SSHException

from provision.model.secret import Secret
from provision.model.ssh import SSHSettings
from provision.transport.errors import ConnectionBroken, LoginRefused, SettingRefused
from provision.transport.ssh_route import Hop

_USUAL = ("~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa")
_ADVICE = (
    "Check `user`, `key` and the password's source in the host file. On Windows the keys of "
    "administrators stand in C:\\ProgramData\\ssh\\administrators_authorized_keys, which only "
    "Administrators and SYSTEM may own and write."
)


@dataclass(frozen=True, slots=True)
class Secrets:
    """What opens a key's file, and what is tried when no key is accepted."""

    password: Secret | None = None
    passphrase: Secret | None = None

    def scrub(self, text: str) -> str:
        """Take both out of a text."""
        for one in (self.password, self.passphrase):
            if one is not None and one.get_secret_value():
                text = text.replace(one.get_secret_value(), "***")
        return text


@dataclass(frozen=True, slots=True)
class _Offer:
    what: str
    make: Callable[[Any], list[str]]


class Identity:
    """Logs in to one host.

    Attributes:
        accepted: What was accepted, for people.
    """

    def __init__(self, hop: Hop, settings: SSHSettings, secrets: Secrets) -> None:
        self._hop = hop
        self._settings = settings
        self._secrets = secrets
        self._passed_over: list[str] = []
        self._agent: Any = None
        self.accepted = ""

    def authenticate(self, transport: Any) -> None:
        """Offer one after another until the host is content; paramiko calls this.

        Raises:
            LoginRefused: It accepts none.
            ConnectionBroken: The connection broke meanwhile.
            SettingRefused: The key's file cannot be used.
        """
        try:
            self._authenticate(transport)
        finally:
            if self._agent is not None:
                self._agent.close()

    def _authenticate(self, transport: Any) -> None:
        told: list[str] = []
        wanted: tuple[str, ...] = ()
        for offer in self._offers():
            try:
                left = offer.make(transport)
            except SSHException as error:
                if not transport.is_active():
                    raise self._hung_up(transport, told) from None
                if isinstance(error, BadAuthenticationType):
                    wanted = tuple(error.allowed_types)
                elif "timeout" in str(error).lower():
                    raise ConnectionBroken(
                        f"{self._hop.place} is connected and does not answer to a login"
                    ) from None
                told.append(f"{offer.what}: refused")
                continue
            except (EOFError, OSError) as error:
                raise self._hung_up(transport, told, str(error)) from None
            if transport.is_authenticated():
                self.accepted = f"{self._hop.user}, by {offer.what}"
                return
            told.append(f"{offer.what}: accepted, and the host wants {', '.join(left)} too")
        if not told:
            told.append("there is nothing to offer: no key, no agent's key, no password")
        if wanted:
            told.append(f"the host takes {', '.join(wanted)}")
        raise self._refused([*told, *self._passed_over])

    def _offers(self) -> Iterator[_Offer]:
        seen: set[bytes] = set()
        for what, key in self._keys():
            blob = key.asbytes()
            if blob not in seen:
                seen.add(blob)
                yield _Offer(what, partial(self._offer_key, key))
        password = self._secrets.password
        if password is not None and not self._hop.jump:
            yield _Offer("password", partial(self._offer_password, password))

    def _offer_key(self, key: Any, transport: Any) -> list[str]:
        left: list[str] = transport.auth_publickey(self._hop.user, key)
        return left

    def _offer_password(self, password: Secret, transport: Any) -> list[str]:
        left: list[str] = transport.auth_password(self._hop.user, password.get_secret_value())
        return left

    def _keys(self) -> Iterator[tuple[str, Any]]:
        if self._settings.key is not None:
            yield self._given(self._settings.key)
            return
        only = self._hop.identities_only
        files = [Path(name).expanduser() for name in self._hop.identities or _USUAL]
        public = {blob for blob in map(_public_blob, files) if blob}
        for key in self._agent_keys():
            if not only or key.asbytes() in public:
                yield f"the agent's key {_named(key)}", key
        for path in files:
            if path.is_file():
                try:
                    yield f"key {path}", self._load(path)
                except SettingRefused as error:
                    self._passed_over.append(error.brief)

    def _given(self, name: str) -> tuple[str, Any]:
        """Give the key that the host file names; one that is locked may be open in the agent."""
        path = Path(name)
        try:
            return f"key {path}", self._load(path)
        except SettingRefused:
            blob = _public_blob(path)
            for key in self._agent_keys() if blob else ():
                if key.asbytes() == blob:
                    return f"the agent's key {_named(key)}", key
            raise

    def _agent_keys(self) -> Iterator[Any]:
        if self._settings.agent:
            if self._agent is None:
                self._agent = Agent()
            with suppress(SSHException, OSError):
                yield from self._agent.get_keys()

    def _load(self, path: Path) -> Any:
        """Open a key's file.

        Raises:
            SettingRefused: It cannot be read, is locked, or holds no key.
        """
        secret = self._secrets.passphrase
        phrase = secret.get_secret_value().encode() if secret else None
        resolution = "Check `key` in the host file."
        try:
            return PKey.from_path(path, phrase)
        except OSError as error:
            problem = error.strerror or "it cannot be read"
        except TypeError:
            # Only a file that is open rejects a passphrase, which matters to nobody.
            if phrase is not None:
                with suppress(Exception):
                    return PKey.from_path(path)
            problem = "it is locked by a passphrase"
            resolution = "Give `passphrase` as a reference, or open the key in an SSH agent."
        except (ValueError, SSHException, UnsupportedAlgorithm):
            problem = "it holds no private key that can be used"
            if phrase is not None:
                problem = "the passphrase is wrong, or it holds no private key that can be used"
            elif _is_locked(path):
                problem = "it is locked by a passphrase"
                resolution = "Give `passphrase` as a reference, or open the key in an SSH agent."
        except Exception as error:
            problem = type(error).__name__
        raise SettingRefused(f"the key {path}: {problem}", resolution=resolution)

    def _hung_up(
        self, transport: Any, told: list[str], reason: str = ""
    ) -> LoginRefused | ConnectionBroken:
        farewell: str = getattr(transport, "farewell", "") or reason
        if "authentication failures" in farewell:
            return self._refused(
                [*told, f"then it hung up: {farewell}"],
                "Say which `key` to use, or `agent: false`: every key that is offered counts.",
            )
        return ConnectionBroken(f"{self._hop.place} hung up during the login", details=farewell)

    def _refused(self, told: list[str], resolution: str = _ADVICE) -> LoginRefused:
        return LoginRefused(
            f"{self._hop.place} refused the login of {self._hop.user}",
            details=self._secrets.scrub("\n".join(told)),
            resolution=resolution,
        )


def _named(key: Any) -> str:
    return f"{key.get_name()} {key.fingerprint}"


def _public_blob(path: Path) -> bytes | None:
    """Give the public half of a key, if it lies beside it."""
    try:
        kind, blob = Path(f"{path}.pub").read_text(encoding="utf-8").split()[:2]
        key: bytes = PKey.from_type_string(kind, b64decode(blob)).asbytes()
    except (OSError, ValueError, SSHException):
        return None
    return key


def _is_locked(path: Path) -> bool:
    with suppress(OSError):
        return b"ENCRYPTED" in path.read_bytes()[:200]
    return False
