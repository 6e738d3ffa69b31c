"""A requests session that is set up, without what requests does anew for each request.

pywinrm prepares every request from its parts, requests looks up proxies, hooks, cookies and pools,
and http.client reads the head of each answer with the parser for e-mail: most of what a short
exchange costs. Here the request is prepared once, and the connection that the session made and
logged in is written to and read from directly. That is done for plain answers alone: HTTP/1.1 with
a length, as WinRM gives them. http.client reads any other, and the session does the rest itself:
connect, log in, follow to another place. Errors are those of requests.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.connection import HTTPConnection

_FOR_THE_SESSION = {401, *range(300, 400)}
_VERSION = "HTTP/1.1"
_NOT_ALWAYS = ("Accept-Encoding", "Content-Length")
_TROUBLE = 400
_MOST = 64 * 1024 * 1024
_NOT_PLAIN = {"Transfer-Encoding", "Connection"}


class Shortcut:
    """What pywinrm's transport needs of a session, for requests that differ in their body alone.

    Args:
        session: As pywinrm sets it up, without a proxy.
        endpoint: Where all requests go.
        sealed: Messages are encrypted: one that was refused must not be sent again as it is, since
            a new login has new keys.
    """

    def __init__(self, session: requests.Session, endpoint: str, *, sealed: bool) -> None:
        self._session = session
        self._sealed = sealed
        self._request = session.prepare_request(requests.Request("POST", endpoint, data=b"-"))
        target = urlsplit(endpoint)
        self._start = f"POST {target.path} {_VERSION}\r\nHost: {target.netloc}\r\n"
        self._head: tuple[str | bytes | None, bytes] | None = None
        self._connection: HTTPConnection | None = None
        self._reader: io.BufferedReader | None = None

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """Give the one request, with the body of another."""
        body: Any = request.data
        self._request.body = body
        self._request.headers["Content-Length"] = str(len(body))
        return self._request

    def send(self, request: requests.PreparedRequest, timeout: Any) -> requests.Response | Answer:
        """Send it; gives the answer, whatever its status.

        Args:
            timeout: Seconds to connect, and to wait for the answer.

        Raises:
            requests.exceptions.RequestException: As a session does.
        """
        connection, reader = self._connection, self._reader
        if connection is None or reader is None:
            return self._at_length(request, timeout)
        if connection.sock is None or not connection.is_connected:
            if self._sealed:
                raise requests.ConnectionError("the connection that was logged in has ended")
            self._let_go()
            return self._at_length(request, timeout)
        try:
            self._write(connection.sock, request, timeout[1])
            answer = _read_plain(reader, request) or _read_any(reader, request)
        except TimeoutError as error:
            raise requests.ReadTimeout(error) from None
        except (OSError, http.client.HTTPException) as error:
            raise requests.ConnectionError(error) from None
        if answer.last:
            connection.close()
        elif reader.closed:
            self._reader = connection.sock.makefile("rb")
        if answer.status_code in _FOR_THE_SESSION and not self._sealed:
            self._let_go()
            return self._at_length(request, timeout)
        return answer

    def close(self) -> None:
        """Close the session and its connections."""
        self._let_go()
        self._session.close()

    def _at_length(self, request: requests.PreparedRequest, timeout: Any) -> requests.Response:
        response = self._session.send(request, timeout=timeout, stream=True)
        connection = response.raw.connection
        response.content  # noqa: B018 - Read to its end, so that the connection is free.
        if response.url == request.url and connection is not None and connection.sock is not None:
            self._connection = connection
            self._reader = connection.sock.makefile("rb")
        return response

    def _write(self, sock: socket.socket, request: requests.PreparedRequest, wait: float) -> None:
        body: Any = request.body
        kind = request.headers.get("Content-Type")
        if self._head is None or self._head[0] != kind:
            self._head = (kind, self._write_head(request))
        sock.settimeout(wait)
        sock.sendall(b"%bContent-Length: %d\r\n\r\n%b" % (self._head[1], len(body), body))

    def _write_head(self, request: requests.PreparedRequest) -> bytes:
        lines = [
            f"{name}: {value}\r\n"
            for name, value in request.headers.items()
            if name not in _NOT_ALWAYS
        ]
        return f"{self._start}{''.join(lines)}".encode("latin-1")

    def _let_go(self) -> None:
        """Close the connection, so that the session makes another."""
        connection, reader = self._connection, self._reader
        self._connection = self._reader = None
        with contextlib.suppress(OSError):
            if reader is not None:
                reader.close()
            if connection is not None:
                connection.close()


@dataclass(slots=True)
class Answer:
    """What pywinrm looks at of a response of requests.

    Args:
        headers: Their names written as in `Content-Type`.
        last: Nothing can be asked over this connection any more.
    """

    request: requests.PreparedRequest
    status_code: int
    reason: str
    headers: Mapping[str, str]
    content: bytes
    last: bool = False

    def raise_for_status(self) -> None:
        """Raise an error for a status that tells of one.

        Raises:
            requests.HTTPError: With this answer as its `response`.
        """
        if self.status_code >= _TROUBLE:
            response: Any = self
            raise requests.HTTPError(f"{self.status_code} {self.reason}", response=response)


def _read_plain(reader: io.BufferedReader, request: requests.PreparedRequest) -> Answer | None:
    """Read an answer of the usual form; None, and nothing is read, when it is any other."""
    seen = reader.peek()
    if not seen:
        raise http.client.RemoteDisconnected("the server hung up without an answer")
    head, end, _ = seen.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    version, _, rest = first.partition(" ")
    status, _, reason = rest.partition(" ")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.title()] = value.strip()
    length = headers.get("Content-Length", "")
    usual = version == _VERSION and status.isdecimal() and length.isdecimal()
    if not usual or not end or _NOT_PLAIN & headers.keys():
        return None
    size = int(length)
    if size > _MOST:
        raise http.client.HTTPException(f"an answer of {size:,} bytes")
    reader.read(len(head) + len(end))
    body = reader.read(size)
    if len(body) < size:
        raise http.client.IncompleteRead(body, size - len(body))
    return Answer(request, int(status), reason, headers, body)


def _read_any(reader: io.BufferedReader, request: requests.PreparedRequest) -> Answer:
    """Read an answer of any form, and close the reader."""
    opened: Any = _Opened(reader)
    response = http.client.HTTPResponse(opened, method="POST")
    response.begin()
    body = response.read()
    headers = {name.title(): value for name, value in response.headers.items()}
    status, reason = response.status, response.reason
    return Answer(request, status, reason, headers, body, last=response.will_close)


class _Opened:
    """What http.client needs of a socket to read an answer from what is open already."""

    def __init__(self, reader: io.BufferedReader) -> None:
        self._reader = reader

    def makefile(self, *_: object) -> io.BufferedReader:
        return self._reader
