"""One TCP or TLS connection, spoken by h11.

asyncio tells us at once when a client goes away, by FIN or by RST; then whatever is being answered
is cancelled, so that a Receive nobody waits for takes no output. One timer per connection bounds
what a slow or silent client can hold; the sizes of headers, bodies and pipelined bytes are bounded.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import TYPE_CHECKING, cast

import h11

from provision.simulator.endpoint import Endpoint, HttpAnswer, HttpRequest, Wire
from provision.simulator.settings import ServerSettings

if TYPE_CHECKING:
    from collections.abc import Callable

_HEADER_LIMIT = 32 * 1024
_BODY_SLACK = 64 * 1024
_PIPELINE_LIMIT = 64 * 1024
_SERVER = "Microsoft-HTTPAPI/2.0"


class Connection(asyncio.Protocol):
    """Reads requests, lets its endpoint answer them, writes the answers.

    Args:
        opened: Told when the connection stands; false closes it at once.
        closed: Told when it is gone.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        settings: ServerSettings,
        opened: Callable[[Connection], bool],
        closed: Callable[[Connection], None],
    ) -> None:
        self._endpoint = endpoint
        self._settings = settings
        self._opened = opened
        self._closed = closed
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_HEADER_LIMIT)
        self._transport: asyncio.Transport | None = None
        self._request: h11.Request | None = None
        self._body = bytearray()
        self._answering: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._timed_request = False
        self._writable = asyncio.Event()
        self._writable.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)
        if not self._opened(self):
            self._transport.abort()
            return
        self._arm(self._settings.idle_connection_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client went away, or we closed: nobody waits for an answer any more."""
        del exc
        self._disarm()
        if self._answering is not None:
            self._answering.cancel()
        self._transport = None
        self._writable.set()
        self._closed(self)

    def data_received(self, data: bytes) -> None:
        """Read what came."""
        self._http.receive_data(data)
        if self._answering is None:
            if not self._timed_request:
                self._timed_request = True
                self._arm(self._settings.request_seconds)
            self._read()
        elif len(self._http.trailing_data[0]) > _PIPELINE_LIMIT:
            self.reset()

    def pause_writing(self) -> None:
        """The client does not read."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """It does again."""
        self._writable.set()

    def reset(self) -> None:
        """End the connection with an RST."""
        transport = self._transport
        if transport is None:
            return
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()

    def _read(self) -> None:
        try:
            while True:
                event = self._http.next_event()
                if event is h11.NEED_DATA:
                    if self._http.they_are_waiting_for_100_continue:
                        self._send(h11.InformationalResponse(status_code=100, headers=[]))
                    return
                if isinstance(event, h11.Request):
                    if sum(len(name) + len(value) for name, value in event.headers) > _HEADER_LIMIT:
                        self._refuse(400)
                        return
                    self._request = event
                    self._body.clear()
                elif isinstance(event, h11.Data):
                    self._body += event.data
                    if len(self._body) > self._settings.envelope_limit + _BODY_SLACK:
                        self._refuse(413)
                        return
                elif isinstance(event, h11.EndOfMessage):
                    self._disarm()
                    self._timed_request = False
                    self._answering = asyncio.get_running_loop().create_task(self._answer())
                    return
                else:
                    return
        except h11.RemoteProtocolError:
            self._refuse(400)

    async def _answer(self) -> None:
        assert self._request is not None
        headers = {name.decode(): value.decode("latin-1") for name, value in self._request.headers}
        peer = self._transport.get_extra_info("peername") if self._transport else None
        answer = await self._endpoint.answer(
            HttpRequest(
                self._request.method.decode(),
                self._request.target.decode("latin-1"),
                headers,
                bytes(self._body),
                str(peer[0]) if peer else "",
            )
        )
        self._body.clear()
        if self._transport is None:
            return
        if answer.wire is Wire.RESET:
            self.reset()
            return
        if answer.wire is Wire.TRUNCATE:
            self._truncate(answer)
            return
        self._write(answer)
        await self._writable.wait()
        self._answering = None
        self._go_on()

    def _go_on(self) -> None:
        if self._transport is None:
            return
        if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
            self._transport.close()
            return
        self._http.start_next_cycle()
        self._arm(self._settings.idle_connection_seconds)
        self._read()

    def _refuse(self, status: int) -> None:
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._write(HttpAnswer(status, content_type="text/plain"), close=True)
        if self._transport is not None:
            self._transport.close()

    def _write(self, answer: HttpAnswer, *, close: bool = False) -> None:
        self._send(_head(answer, close=close), h11.Data(data=answer.body), h11.EndOfMessage())

    def _truncate(self, answer: HttpAnswer) -> None:
        half = answer.body[: len(answer.body) // 2]
        self._send(_head(answer, close=False), h11.Data(data=half))
        if self._transport is not None:
            self._transport.close()

    def _send(self, *events: h11.Event) -> None:
        if self._transport is not None:
            self._transport.write(b"".join(self._http.send(event) or b"" for event in events))

    def _arm(self, seconds: float) -> None:
        self._disarm()
        if self._transport is not None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._give_up)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        if self._transport is not None:
            self._transport.abort()


def _head(answer: HttpAnswer, *, close: bool) -> h11.Response:
    headers = [
        ("Content-Type", answer.content_type),
        ("Content-Length", str(len(answer.body))),
        ("Server", _SERVER),
        *(("WWW-Authenticate", challenge) for challenge in answer.challenges),
    ]
    if close:
        headers.append(("Connection", "close"))
    return h11.Response(status_code=answer.status, headers=headers)
