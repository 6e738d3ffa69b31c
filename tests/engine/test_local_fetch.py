"""The controller fetches: what it says of each way in which that fails."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from provision.engine.local_fetch import fetch_from_here
from provision.steps.errors import DownloadError


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        code = int(self.path.strip("/"))
        self.send_response(code)
        self.send_header("Content-Length", "3" if code == 200 else "0")
        self.end_headers()
        if code == 200:
            self.wfile.write(b"abc")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def refused(url: str, timeout: float = 5.0) -> DownloadError:
    with pytest.raises(DownloadError) as caught:
        fetch_from_here(url, io.BytesIO(), timeout=timeout)
    return caught.value


def test_what_is_there_comes(server: str) -> None:
    into = io.BytesIO()
    fetch_from_here(f"http://{server}/200", into)
    assert into.getvalue() == b"abc"


@pytest.mark.parametrize(
    ("code", "told", "remedy"),
    [
        (404, "HTTP 404 Not Found", "Nothing is at this address any more"),
        (403, "HTTP 403 Forbidden", "wants a login"),
        (503, "HTTP 503 Service Unavailable", "Try again later"),
    ],
)
def test_what_a_server_answers(server: str, code: int, told: str, remedy: str) -> None:
    url = f"http://{server}/{code}"
    error = refused(url)
    assert error.brief == f"{url}: {told}"
    assert remedy in error.resolution


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    error = refused(f"http://127.0.0.1:{port}/x")
    assert error.brief == f"http://127.0.0.1:{port}/x: connection refused"
    assert "port" in error.resolution


def test_a_name_that_does_not_resolve() -> None:
    error = refused("https://nowhere.invalid/x")
    assert "DNS does not resolve nowhere.invalid: " in error.brief
    assert "spelling" in error.resolution


def test_a_server_without_tls(server: str) -> None:
    error = refused(f"https://{server}/200")
    assert ": TLS failed: " in error.brief


def test_a_server_that_says_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        error = refused(f"http://127.0.0.1:{silent.getsockname()[1]}/x", timeout=0.2)
    assert error.brief.endswith(": no answer for 0.2 s")


def test_an_address_that_is_none() -> None:
    assert refused("http://[::1/x").brief.startswith("http://[::1/x: ")
