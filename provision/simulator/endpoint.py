"""From an HTTP request to its answer: login, decryption, the service, encryption, scripted faults.

One `Endpoint` per connection, since a login belongs to a connection. It knows no socket.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from provision.simulator.authentication import Authenticator, Refused, User
from provision.simulator.encryption import BadMessage, decrypt, encrypt, encryption_protocol
from provision.simulator.envelopes import Request, build_fault, parse
from provision.simulator.faults import HOST_FAULTS, Fault, FaultKind, FaultSchedule
from provision.simulator.shells import Shells
from provision.simulator.wsman import Service
from provision.simulator.wsman_fault import WSManFault, operation_aborted, shell_not_found

SOAP_TYPE = "application/soap+xml;charset=UTF-8"
_HTML = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Welcome</body></html>"
_PATH = "/wsman"

_log = logging.getLogger(__name__)


class Wire(Enum):
    """What happens to the connection once the answer is ready."""

    SEND = "send"
    RESET = "reset"
    TRUNCATE = "truncate"
    GARBLE = "garble"


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A whole request.

    Args:
        headers: Names in lower case.
        client: The client's address.
    """

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    client: str


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer, and what to do with it."""

    status: int
    body: bytes = b""
    content_type: str = SOAP_TYPE
    challenges: tuple[str, ...] = ()
    wire: Wire = Wire.SEND


@dataclass(frozen=True, slots=True)
class Host:
    """What an endpoint needs of its server.

    Args:
        machine_name: For faults.
        logins_refused: Tells whether every login gets 401 right now.
        refuse_logins: Makes it so for some real seconds.
        refuse_connections: Closes the port for some real seconds, and cuts every connection.
        strike: Lets a fault happen to the host; tells whether it still stands.
    """

    service: Service
    shells: Shells
    faults: FaultSchedule
    envelope_limit: int
    allow_unencrypted: bool
    machine_name: str
    logins_refused: Callable[[], bool]
    refuse_logins: Callable[[float], None]
    refuse_connections: Callable[[float], None]
    strike: Callable[[Fault], bool]


class Endpoint:
    """Answers the requests of one connection, one after the other."""

    def __init__(self, host: Host, authenticator: Authenticator, *, secure: bool) -> None:
        self._host = host
        self._authenticator = authenticator
        self._secure = secure

    async def answer(self, request: HttpRequest) -> HttpAnswer:
        """Answer one request; cancelling it before it is done loses no output."""
        if request.path.partition("?")[0].rstrip("/").lower() != _PATH:
            return HttpAnswer(404)
        if request.method != "POST":
            return HttpAnswer(405)
        verdict = self._authenticator.check(
            request.headers.get("authorization"), accounts_down=self._host.logins_refused()
        )
        if isinstance(verdict, Refused):
            return HttpAnswer(401, challenges=verdict.challenges)
        answer = await self._for_user(request, verdict)
        return replace(answer, challenges=(verdict.challenge,)) if verdict.challenge else answer

    async def _for_user(self, request: HttpRequest, user: User) -> HttpAnswer:
        if not request.body:
            return HttpAnswer(200)
        protocol = encryption_protocol(request.headers.get("content-type", ""))
        message = request.body
        if protocol is not None:
            if user.context is None:
                return HttpAnswer(400)
            try:
                message = decrypt(user.context, message)
            except BadMessage:
                return HttpAnswer(400)
        elif not (self._secure or self._host.allow_unencrypted):
            return HttpAnswer(500)
        if len(message) > self._host.envelope_limit:
            return HttpAnswer(413)
        answer = await self._soap(message, user.name, request.client)
        if protocol is None or user.context is None or answer.content_type != SOAP_TYPE:
            return answer
        content_type, body = encrypt(user.context, protocol, answer.body)
        if answer.wire is Wire.GARBLE:
            body = _garbled(body)
        return replace(answer, body=body, content_type=content_type)

    async def _soap(self, message: bytes, user: str, client: str) -> HttpAnswer:
        request: Request | None = None
        try:
            request = parse(message)
            fault = self._host.faults.next_exchange(request.verb)
            if fault is not None and (answer := await self._before(fault, request)):
                return answer
            body = await self._host.service.answer(request, user, client)
            if fault is not None and fault.kind is FaultKind.HOLD_AFTER:
                await _until_the_client_goes()
            return HttpAnswer(200, body, wire=_afterwards(fault))
        except WSManFault as error:
            return HttpAnswer(500, build_fault(request, error, self._host.machine_name))
        except Exception:
            _log.exception("the simulated WinRM service failed")
            return HttpAnswer(500, content_type="text/plain")

    async def _before(self, fault: Fault, request: Request) -> HttpAnswer | None:
        if fault.kind in HOST_FAULTS:
            return None if self._host.strike(fault) else HttpAnswer(503, wire=Wire.RESET)
        match fault.kind:
            case FaultKind.REFUSE:
                self._host.refuse_connections(fault.seconds)
                return HttpAnswer(503, wire=Wire.RESET)
            case FaultKind.STALL:
                await asyncio.sleep(fault.seconds)
                return HttpAnswer(503, wire=Wire.RESET)
            case FaultKind.HOLD_BEFORE:
                await _until_the_client_goes()
            case FaultKind.RESET_BEFORE:
                return HttpAnswer(503, wire=Wire.RESET)
            case FaultKind.UNAUTHORIZED:
                self._host.refuse_logins(fault.seconds)
                challenges = self._authenticator.refuse().challenges
                return HttpAnswer(401, content_type="text/plain", challenges=challenges)
            case FaultKind.SERVER_ERROR:
                return HttpAnswer(500, content_type="text/plain")
            case FaultKind.UNAVAILABLE:
                return HttpAnswer(503, content_type="text/plain")
            case FaultKind.HTML:
                return HttpAnswer(200, _HTML, content_type="text/html")
            case FaultKind.SHELL_GONE:
                self._host.shells.clear()
                raise shell_not_found(request.selectors.get("ShellId", ""))
            case FaultKind.OPERATION_ABORTED:
                raise operation_aborted()
            case FaultKind.AGENT_KILLED:
                self._host.shells.kill_programs()
            case _:
                pass
        return None


def _afterwards(fault: Fault | None) -> Wire:
    if fault is None:
        return Wire.SEND
    wires = {
        FaultKind.RESET_AFTER: Wire.RESET,
        FaultKind.TRUNCATE: Wire.TRUNCATE,
        FaultKind.GARBLE: Wire.GARBLE,
    }
    return wires.get(fault.kind, Wire.SEND)


async def _until_the_client_goes() -> None:
    """Wait for the cancellation that the end of the connection brings."""
    await asyncio.get_running_loop().create_future()


def _garbled(body: bytes) -> bytes:
    """Turn some bits of the sealed text, in front of the closing boundary."""
    place = len(body) - 64
    turned = bytes(byte ^ 0x5A for byte in body[place : place + 16])
    return body[:place] + turned + body[place + 16 :]
