"""Who is at the other end of one connection: Basic, and Negotiate and NTLM through pyspnego.

Basic proves itself with every request. Negotiate and NTLM prove the connection: after the
handshake, requests without an `Authorization` header belong to the same user, and their messages
are sealed with the handshake's keys. A 401 in the middle of a handshake carries one challenge
alone, with the token.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TypeAlias

import spnego
from spnego import ContextProxy, NegotiateOptions
from spnego.channel_bindings import GssChannelBindings

from provision.simulator.accounts import Accounts
from provision.simulator.settings import ServerSettings

_REALM = "WSMAN"
_FIRST_MESSAGE = b"NTLMSSP\x00\x01\x00\x00\x00"
_BINDINGS_PRESENT = b"\x0a\x00\x10\x00"
_NO_BINDINGS = _BINDINGS_PRESENT + bytes(16)


@dataclass(frozen=True, slots=True)
class Refused:
    """The answer is 401 with these challenges."""

    challenges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class User:
    """Somebody with a right to be here.

    Args:
        name: As logged in.
        context: What seals messages; None under Basic.
        challenge: A last token for the client, to be sent with the answer.
    """

    name: str
    context: ContextProxy | None = None
    challenge: str | None = None


Verdict: TypeAlias = Refused | User


class Authenticator:
    """The login state of one connection.

    Args:
        secure: The connection is TLS.
        fingerprint: SHA-256 of the server's certificate; None without TLS.
    """

    def __init__(
        self,
        accounts: Accounts,
        settings: ServerSettings,
        *,
        secure: bool = False,
        fingerprint: bytes | None = None,
    ) -> None:
        self._accounts = accounts
        basic = secure or settings.allow_unencrypted
        self._basic = basic and any(scheme.lower() == "basic" for scheme in settings.schemes)
        self._offers = tuple(
            f'Basic realm="{_REALM}"' if scheme.lower() == "basic" else scheme
            for scheme in settings.schemes
            if basic or scheme.lower() != "basic"
        )
        self._bindings = (
            GssChannelBindings(application_data=b"tls-server-end-point:" + fingerprint)
            if fingerprint
            else None
        )
        self._handshake: ContextProxy | None = None
        self._user: User | None = None

    def refuse(self) -> Refused:
        """Forget whoever was logged in."""
        self._handshake = self._user = None
        return Refused(self._offers)

    def check(self, authorization: str | None, *, accounts_down: bool = False) -> Verdict:
        """Judge one request by its `Authorization` header.

        Args:
            accounts_down: Nobody is known at the moment. As on a real host, a handshake still
                begins, and fails at its end: requests_ntlm counts on that.
        """
        if authorization is None:
            return self.refuse() if accounts_down or self._user is None else self._user
        scheme, _, credentials = authorization.strip().partition(" ")
        try:
            token = base64.b64decode(credentials.strip(), validate=True)
        except (binascii.Error, ValueError):
            return self.refuse()
        match scheme.lower():
            case "basic" if self._basic and not accounts_down:
                return self._check_basic(token)
            case "negotiate" | "ntlm":
                verdict = self._step(scheme, token)
                logged_in = isinstance(verdict, User)
                return self.refuse() if logged_in and accounts_down else verdict
            case _:
                return self.refuse()

    def _check_basic(self, token: bytes) -> Verdict:
        try:
            text = token.decode()
        except UnicodeDecodeError:
            text = token.decode("latin-1")  # What requests sends.
        name, colon, password = text.partition(":")
        if not colon or not self._accounts.check(name, password):
            return self.refuse()
        return User(name)

    def _step(self, scheme: str, token: bytes) -> Verdict:
        context, self._handshake, self._user = self._handshake, None, None
        # A token of the Windows kind names bindings only if the client saw a certificate
        # ("Relaxed" hardening): demanded of nobody else.
        bound = _BINDINGS_PRESENT in token and _NO_BINDINGS not in token
        try:
            with self._accounts.in_place():
                if context is None or _FIRST_MESSAGE in token:
                    context = spnego.server(
                        protocol="negotiate", options=NegotiateOptions.use_negotiate
                    )
                answer = context.step(token, channel_bindings=self._bindings if bound else None)
        except Exception:  # Whatever a hostile token does to the parsers, it is no login.
            return self.refuse()
        challenge = f"{scheme} {base64.b64encode(answer).decode()}" if answer else None
        if context.complete:
            self._user = User(context.client_principal or "", context)
            return User(self._user.name, context, challenge)
        self._handshake = context
        return Refused((challenge,)) if challenge else self.refuse()
