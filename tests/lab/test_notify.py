"""Webhooks and mails, to real servers on loopback."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from provision.lab.night import Night, NightStory, Rebuild
from provision.lab.notify import mail, message, webhook
from provision.lab.notify.settings import MailSettings, WebhookSettings
from provision.lab.phase import Phase
from provision.model.secret import Secret

STORY = NightStory(
    Night("2026-01-02-020000-abcd", "lab", "me", "2026-01-02T02:00:00.000Z", ("a", "b")),
    {
        "a": Rebuild("a", Phase.GREEN, snapshot="green-2026-01-02-feedc0de"),
        "b": Rebuild("b", Phase.FAILED, Phase.BUILDING, "up site.yml ended with 1\nevidence"),
    },
    ended="2026-01-02T03:00:00.000Z",
)


@pytest.fixture
def receiver() -> Iterator[Callable[..., Any]]:
    """Makes a server that answers in turn with the given codes, and keeps what it got."""
    servers = []

    def make(*codes: int) -> Any:
        answers = iter(codes)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                server.got.append((dict(self.headers), body))
                self.send_response(next(answers))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.got = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return server

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


def settings(port: int) -> WebhookSettings:
    return WebhookSettings(url=f"http://127.0.0.1:{port}/hook/token-of-a-chat")


def test_a_document_is_signed_and_tried_again(receiver: Callable[..., Any]) -> None:
    server = receiver(503, 429, 200)
    waits: list[float] = []
    document = message.document(STORY)
    webhook.send(settings(server.server_port), Secret("key"), document, waits.append)
    assert waits == [1, 2]
    headers, body = server.got[-1]
    assert json.loads(body) == document
    assert document["green"] is False
    assert document["vms"][1]["failed_in"] == "building"
    signed = headers[webhook.TIMESTAMP].encode() + b"." + body
    expected = hmac.new(b"key", signed, hashlib.sha256).hexdigest()
    assert headers[webhook.SIGNATURE] == f"sha256={expected}"


@pytest.mark.parametrize(("codes", "tries"), [((404,), 1), ((302,), 1), ((500,) * 6, 6)])
def test_what_is_refused(receiver: Callable[..., Any], codes: tuple[int, ...], tries: int) -> None:
    server = receiver(*codes)
    with pytest.raises(webhook.NotTold) as raised:
        webhook.send(settings(server.server_port), None, {}, lambda _seconds: None)
    assert len(server.got) == tries
    assert webhook.SIGNATURE not in server.got[0][0]
    assert "token-of-a-chat" not in raised.value.brief + raised.value.details


def test_nobody_there(receiver: Callable[..., Any]) -> None:
    server = receiver()
    server.shutdown()
    server.server_close()
    with pytest.raises(webhook.NotTold, match="6 tries") as raised:
        webhook.send(settings(server.server_port), None, {}, lambda _seconds: None)
    assert "token-of-a-chat" not in raised.value.details


def test_a_mail() -> None:
    got = []

    class Keeper:
        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
            got.append(envelope)
            return "250 kept"

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(Keeper(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        to = MailSettings(
            server="127.0.0.1", port=port, tls="never", sender="lab@example.com",
            to=("a@example.com", "b@example.com"),
        )  # fmt: skip
        mail.send(to, None, message.subject(STORY), message.text(STORY))
    finally:
        controller.stop()
    (envelope,) = got
    assert envelope.rcpt_tos == ["a@example.com", "b@example.com"]
    sent = message_from_bytes(envelope.content)
    assert sent["Subject"] == "lab: 1 of 2 green, not b"
    assert "  evidence" in sent.get_payload()
    with pytest.raises(webhook.NotTold, match="could not be sent"):
        mail.send(to, None, "x", "y")
