"""The connection that is kept, against a server that answers in every form of HTTP."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import BinaryIO

import pytest
import requests
from hypothesis import example, given, settings
from hypothesis import strategies as st

from provision.transport.winrm_shortcut import Answer, Shortcut

BODY = b"<x>" + bytes(range(256)) * 40 + b"</x>"
HANG_UP = b""
WAIT = (5, 5)


def plain(body: bytes = BODY, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Content-Type: text/xml", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


def chunked(body: bytes = BODY, size: int = 3000) -> bytes:
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    chunks = b"".join(b"%x;note=1\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return b"HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"


@dataclass
class Server:
    """Gives prepared answers, one to a request, each in parts that are sent one by one.

    After a part that is empty it hangs up.
    """

    port: int = 0
    answers: list[tuple[bytes, ...]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)
    connections: int = 0

    def prepare(self, *parts: bytes) -> None:
        self.answers.append(parts)

    def serve(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                self.connections += 1
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        parts: tuple[bytes, ...] = ()
        with connection, connection.makefile("rb") as reader, contextlib.suppress(OSError):
            while HANG_UP not in parts and (head := _head(reader)):
                length = re.search(rb"Content-Length: (\d+)", head)
                self.heads.append(head)
                self.bodies.append(reader.read(int(length[1])))
                parts = self.answers.pop(0) if self.answers else (HANG_UP,)
                for part in parts:
                    connection.sendall(part)


def _head(reader: BinaryIO) -> bytes:
    lines = []
    while (line := reader.readline()) not in (b"\r\n", b""):
        lines.append(line)
    return b"".join(lines)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    server = Server()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.port = listener.getsockname()[1]
        thread = threading.Thread(target=server.serve, args=(listener,))
        thread.start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.fixture
def shortcut(server) -> Iterator[Callable[..., Shortcut]]:
    """A shortcut over a connection that the session has made."""
    opened: list[Shortcut] = []

    def make(*, sealed: bool = False) -> Shortcut:
        session = requests.Session()
        session.trust_env = False
        shortcut = Shortcut(session, f"http://127.0.0.1:{server.port}/wsman", sealed=sealed)
        opened.append(shortcut)
        server.prepare(plain(b"first"))
        assert ask(shortcut).content == b"first"
        server.connections = 0
        server.bodies.clear()
        server.heads.clear()
        return shortcut

    yield make
    for one in opened:
        one.close()
    server.answers.clear()


def ask(shortcut: Shortcut, body: bytes = b"question") -> requests.Response | Answer:
    request = requests.Request("POST", "http://elsewhere.example.com/", data=body)
    return shortcut.send(shortcut.prepare_request(request), timeout=WAIT)


def test_what_is_asked_and_answered_is_whole(server, shortcut):
    kept = shortcut()
    for number in range(3):
        server.prepare(plain(BODY * number, "500 Trouble", "X-Note:  one:two "))
        response = ask(kept, b"%d" % number * 100_000)
        assert (response.status_code, response.reason) == (500, "Trouble")
        assert response.content == BODY * number
        assert response.headers["Content-Type"] == "text/xml"
        assert response.headers["X-Note"] == "one:two"
    assert server.bodies == [b"%d" % number * 100_000 for number in range(3)]
    assert server.connections == 0
    assert server.heads[0].startswith(b"POST /wsman HTTP/1.1\r\n")
    assert b"\r\nHost: 127.0.0.1:%d\r\n" % server.port in server.heads[0]


OTHER_FORMS = {
    "chunked": chunked(),
    "chunked, with a length too": chunked().replace(b"\r\n", b"\r\nContent-Length: 7\r\n", 1),
    "after a 100": b"HTTP/1.1 100 Continue\r\n\r\n" + plain(),
    "a folded header": plain(BODY, "200 OK", "X-Long: one,", "  two: three"),
    "a header twice": plain(BODY, "200 OK", "X-Note: a", "X-Note: b"),
    "old names": plain().replace(b"Content-Length", b"CONTENT-LENGTH"),
    "keep-alive": plain(BODY, "200 OK", "Connection: keep-alive"),
    "no reason": plain().replace(b" OK", b""),
}


@pytest.mark.parametrize("sealed", [True, False])
@pytest.mark.parametrize("form", OTHER_FORMS)
def test_other_forms_are_read_and_the_connection_is_kept(server, shortcut, form, sealed):
    kept = shortcut(sealed=sealed)
    for number in range(3):
        server.prepare(OTHER_FORMS[form])
        server.prepare(plain(b"%d" % number))
        assert ask(kept).content == BODY
        assert ask(kept).content == b"%d" % number
    assert server.connections == 0


@pytest.mark.parametrize(
    "last",
    [
        (plain(BODY, "200 OK", "Connection: close"), HANG_UP),
        (b"HTTP/1.1 200 OK\r\n\r\n" + BODY, HANG_UP),
        (plain().replace(b"HTTP/1.1", b"HTTP/1.0"), HANG_UP),
        (plain(), HANG_UP),
    ],
    ids=["said", "without a length", "HTTP/1.0", "unsaid"],
)
def test_after_the_last_answer_another_connection_is_made(server, shortcut, last):
    kept = shortcut()
    server.prepare(*last)
    server.prepare(plain(b"again"))
    assert ask(kept).content == BODY
    _until_hung_up(kept)
    assert ask(kept).content == b"again"
    assert server.connections == 1


def test_a_connection_that_ends_by_agreement_is_not_used_again(server, shortcut):
    kept = shortcut()
    server.prepare(plain(BODY, "200 OK", "Connection: close"))
    server.prepare(plain(b"again"))
    assert ask(kept).content == BODY
    assert ask(kept).content == b"again"
    assert server.connections == 1


def test_a_sealed_message_is_not_sent_over_another_connection(server, shortcut):
    kept = shortcut(sealed=True)
    server.prepare(plain(), HANG_UP)
    ask(kept)
    _until_hung_up(kept)
    for _ in range(2):
        with pytest.raises(requests.ConnectionError, match="logged in"):
            ask(kept)
    assert server.connections == 0


@pytest.mark.parametrize(
    "broken",
    [
        (HANG_UP,),
        (plain()[:5], HANG_UP),
        (plain()[:-1], HANG_UP),
        (chunked()[:-9], HANG_UP),
        (b"SSH-2.0-OpenSSH_9.2\r\n", HANG_UP),
        (b"HTTP/1.1 OK fine\r\n\r\n", HANG_UP),
        (b"\r\n\r\n", HANG_UP),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",),
    ],
)
def test_a_broken_answer_is_a_broken_connection(server, shortcut, broken):
    kept = shortcut()
    server.prepare(*broken)
    with pytest.raises(requests.ConnectionError):
        ask(kept)


def test_an_answer_that_does_not_come_is_a_timeout(server, shortcut):
    kept = shortcut()
    server.prepare(plain()[:-1])
    request = kept.prepare_request(requests.Request("POST", data=b"x"))
    with pytest.raises(requests.ReadTimeout):
        kept.send(request, timeout=(5, 0.1))


def test_a_refused_message_is_sent_again_by_the_session(server, shortcut):
    kept = shortcut()
    server.prepare(plain(b"who?", "401 Unauthorized"))
    server.prepare(plain(b"let in"))
    assert ask(kept).content == b"let in"
    assert server.bodies == [b"question"] * 2


def test_the_session_follows_to_another_place(server, shortcut):
    kept = shortcut()
    there = f"Location: http://127.0.0.1:{server.port}/there"
    server.prepare(plain(b"", "307 Go", there))
    server.prepare(plain(b"", "307 Go", there))
    server.prepare(plain(b"there"))
    server.prepare(plain(b"here"))
    assert ask(kept).content == b"there"
    assert ask(kept).content == b"here"
    targets = [head.split()[1] for head in server.heads]
    assert targets == [b"/wsman", b"/wsman", b"/there", b"/wsman"]


def test_a_refused_sealed_message_is_not_repeated(server, shortcut):
    kept = shortcut(sealed=True)
    server.prepare(plain(b"", "401 Unauthorized"))
    assert ask(kept).status_code == 401
    assert len(server.bodies) == 1


@settings(max_examples=60, deadline=None)
@given(
    answer=st.sampled_from([plain(b"abc" * 40), chunked(b"abc" * 40, 50), *OTHER_FORMS.values()]),
    cuts=st.sets(st.integers(1, 400), max_size=6),
)
@example(answer=plain(b""), cuts=set())
def test_an_answer_may_come_in_any_pieces(server, answer, cuts):
    session = requests.Session()
    session.trust_env = False
    kept = Shortcut(session, f"http://127.0.0.1:{server.port}/wsman", sealed=True)
    with contextlib.closing(kept):
        places = [0, *sorted(cut for cut in cuts if cut < len(answer)), len(answer)]
        server.prepare(plain(b"first"))
        server.prepare(*(answer[a:b] for a, b in pairwise(places)))
        server.prepare(plain(b"last"))
        ask(kept)
        response = ask(kept)
        assert response.status_code == 200
        assert response.content in (BODY, b"abc" * 40, b"")
        assert ask(kept).content == b"last"


def _until_hung_up(kept: Shortcut) -> None:
    """Wait until the server's end of the connection is seen."""
    connection = kept._connection
    while connection is not None and connection.is_connected:
        threading.Event().wait(0.01)
