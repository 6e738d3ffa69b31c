"""Loopback servers that misbehave, and a small WinRM peer that can be told to."""

from __future__ import annotations

import base64
import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeAlias

import pytest
import trustme

from provision.model.host import Authentication, Scheme, WinRMSettings
from provision.model.secret import Secret
from provision.transport.winrm import WinRMConnector

Act: TypeAlias = Callable[[BaseHTTPRequestHandler], None]

USER, PASSWORD = "Administrator", "not-a-real-secret"

ENVELOPE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" '
    'xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" '
    'xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell">'
    "<s:Header><a:RelatesTo>%s</a:RelatesTo></s:Header><s:Body>%s</s:Body></s:Envelope>"
)


def fault_body(code: int, subcode: str) -> str:
    return ENVELOPE % (
        "uuid:0",
        f"<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>{subcode}</s:Value>"
        f"</s:Subcode></s:Code><s:Reason><s:Text>because</s:Text></s:Reason>"
        f'<s:Detail><f:WSManFault Code="{code}"/></s:Detail></s:Fault>',
    )


def reply(status: int, body: str | bytes, content_type: str) -> Act:
    raw = body.encode() if isinstance(body, str) else body

    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Content-Length", str(len(raw)))
        handler.end_headers()
        handler.wfile.write(raw)

    return act


@dataclass
class Peer:
    """Shell and command of one process that gives back what it is sent.

    `script` holds what to do instead with the next requests of an action: a function of the HTTP
    handler, or None for the usual.
    """

    port: int = 0
    actions: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    connections: int = 0
    output: bytes = b""
    stderr: bytes = b""
    exit_code: int | None = None
    script: dict[str, list[Act | None]] = field(default_factory=dict)
    allowed: bool = True

    def answer(self, action: str, body: str) -> tuple[int, str]:
        message = re.search(r"MessageID[^>]*>(.*?)<", body)[1]
        inside = {
            "Create": '<x><w:Selector Name="ShellId">SHELL</w:Selector></x>',
            "Command": "<rsp:CommandResponse><rsp:CommandId>CMD</rsp:CommandId>"
            "</rsp:CommandResponse>",
            "Send": "<rsp:SendResponse/>",
            "Signal": "<rsp:SignalResponse/>",
            "Delete": "",
        }.get(action)
        if action == "Send":
            text = re.search(r">([A-Za-z0-9+/=]*)</rsp:Stream>", body)[1]
            self.output += base64.b64decode(text)
        if action == "Receive":
            if not self.output and not self.stderr and self.exit_code is None:
                return 500, fault_body(2150858793, "w:TimedOut")
            inside = self._received()
        return 200, ENVELOPE % (message, inside)

    @staticmethod
    def reply(status: int, body: str | bytes, content_type: str = "application/soap+xml") -> Act:
        return reply(status, body, content_type)

    @staticmethod
    def fault(code: int, subcode: str = "w:InternalError") -> Act:
        return reply(500, fault_body(code, subcode), "application/soap+xml")

    @staticmethod
    def hang_up(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True

    @staticmethod
    def truncate(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/soap+xml")
        handler.send_header("Content-Length", "5000")
        handler.end_headers()
        handler.wfile.write(b"<s:Envelope>")
        handler.close_connection = True

    def _received(self) -> str:
        streams = ""
        for name, stream in (("output", "stdout"), ("stderr", "stderr")):
            text = base64.b64encode(getattr(self, name)).decode()
            streams += f'<rsp:Stream Name="{stream}" CommandId="CMD">{text}</rsp:Stream>'
            setattr(self, name, b"")
        state = "Running" if self.exit_code is None else "Done"
        ended = "" if self.exit_code is None else f"<rsp:ExitCode>{self.exit_code}</rsp:ExitCode>"
        return (
            f"<rsp:ReceiveResponse>{streams}<rsp:CommandState CommandId='CMD' "
            f"State='http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/{state}'>"
            f"{ended}</rsp:CommandState></rsp:ReceiveResponse>"
        )


@pytest.fixture
def peer() -> Iterator[Peer]:
    peer = Peer()
    expected = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            peer.connections += 1
            super().setup()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if self.headers["Authorization"] != expected or not peer.allowed:
                reply(401, "", "text/plain")(self)
                return
            action = re.search(r"Action[^>]*>[^<]*/(\w+)<", body)[1]
            peer.actions.append(action)
            peer.bodies.append(body)
            script = peer.script.get(action)
            act = script.pop(0) if script else None
            if act is None:
                act = reply(*peer.answer(action, body), "application/soap+xml")
            act(self)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads, server.block_on_close = True, False
    peer.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield peer
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def serve() -> Iterator[Callable[..., int]]:
    """Run a function on each connection to a loopback port; gives the port."""
    sockets: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def start(act: Callable[[socket.socket], None], tls: ssl.SSLContext | None = None) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        sockets.append(listener)

        def run() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, contextlib.suppress(OSError):
                    if tls is not None:
                        with tls.wrap_socket(connection, server_side=True) as wrapped:
                            act(wrapped)
                    else:
                        act(connection)

        thread = threading.Thread(target=run)
        thread.start()
        threads.append(thread)
        return listener.getsockname()[1]

    yield start
    for listener in sockets:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
    for thread in threads:
        thread.join()


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def connector() -> Callable[..., WinRMConnector]:
    def make(port: int, *, password: str | None = PASSWORD, **settings: object) -> WinRMConnector:
        given = {
            "scheme": Scheme.HTTP,
            "auth": Authentication.BASIC,
            "user": USER,
            "operation_timeout": 1,
            **settings,
        }
        secret = Secret(password) if password is not None else None
        return WinRMConnector(WinRMSettings(**given), "127.0.0.1", port, secret)

    return make
