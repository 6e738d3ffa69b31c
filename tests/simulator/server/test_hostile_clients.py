"""Clients that do not mean well, over bare sockets: the server answers, or cuts, and lives."""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import spnego
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spnego.channel_bindings import GssChannelBindings

from provision.simulator.settings import ServerSettings

BASIC = "Basic " + base64.b64encode("Administrator:Pass:wörd, 17".encode()).decode()
SOAP = {"Content-Type": "application/soap+xml;charset=UTF-8", "Authorization": BASIC}
ENVELOPE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd">'
    "<s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
)
IDENTIFY = '<i:Identify xmlns:i="http://schemas.dmtf.org/wbem/wsman/identify/1/wsmanidentity.xsd"/>'


def post(
    server: Any,
    body: bytes | str = b"",
    *,
    method: str = "POST",
    path: str = "/wsman",
    **headers: str,
) -> tuple[int, bytes, http.client.HTTPMessage]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        data = body.encode() if isinstance(body, str) else body
        connection.request(method, path, data, headers or SOAP)
        response = connection.getresponse()
        return response.status, response.read(), response.headers
    finally:
        connection.close()


def code_of(body: bytes) -> int:
    fault = ET.fromstring(body).find(
        ".//{http://schemas.microsoft.com/wbem/wsman/1/wsmanfault}WSManFault"
    )
    assert fault is not None
    return int(fault.get("Code", "0"))


def answers(server: Any) -> bool:
    status, body, _ = post(server, ENVELOPE.format(header="", body=IDENTIFY))
    return status == 200 and b"OS: 10.0.14393 SP: 0.0 Stack: 3.0" in body


def test_challenges_and_odd_requests(server: Any) -> None:
    status, _, headers = post(server, Connection="keep-alive")
    assert status == 401
    assert headers.get_all("WWW-Authenticate") == ["Negotiate", 'Basic realm="WSMAN"']
    assert post(server, path="/elsewhere")[0] == 404
    assert post(server, method="GET")[0] == 405
    assert post(server)[0] == 200
    assert post(server, Authorization="Negotiate AAAA")[0] == 401
    assert post(server, Authorization="Negotiate TlRMTVNTUAADAAAA")[0] == 401
    assert post(server, Authorization="Basic ???")[0] == 401
    assert post(server, Authorization="Kerberos YII=")[0] == 401
    assert answers(server)


def test_requests_that_are_no_soap(server: Any) -> None:
    for body in (b"not xml", b"\xff\xfe<", b"<a/>", b"<a" * 1000, "é".encode("latin-1")):
        status, answer, _ = post(server, body)
        assert (status, code_of(answer)) == (500, 2150858819)
    deep = ENVELOPE.format(header="", body="<a>" * 30_000 + "</a>" * 30_000)
    assert post(server, deep)[0] == 500
    assert answers(server)


def test_document_types_are_refused(server: Any) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>' + ENVELOPE.format(
        header="", body="&b;"
    )
    for body in (
        bomb.encode(),
        bomb.encode("utf-16"),
        b'<?xml version="1.0" encoding="cp037"?>' + bomb.encode("cp037"),
    ):
        status, answer, _ = post(server, body)
        assert (status, code_of(answer)) == (500, 2150858819)


def test_unknown_actions_resources_and_headers(server: Any) -> None:
    shell = (
        "<w:ResourceURI>http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd</w:ResourceURI>"
    )
    for header, code in (
        ("<a:Action>urn:x</a:Action><w:ResourceURI>urn:y</w:ResourceURI>", 2150858752),
        (f"<a:Action>urn:x</a:Action>{shell}", 2150858753),
        ('<x:y xmlns:x="urn:z" s:mustUnderstand="true"/>', 2150858818),
    ):
        status, answer, _ = post(server, ENVELOPE.format(header=header, body=""))
        assert (status, code_of(answer)) == (500, code)


def test_message_and_operation_ids_come_back(server: Any) -> None:
    message, operation = f"uuid:{uuid.uuid4()}", f"uuid:{uuid.uuid4()}"
    header = (
        f"<a:MessageID>{message}</a:MessageID>"
        '<p:OperationID xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd">'
        f"{operation}</p:OperationID>"
    )
    _, answer, _ = post(server, ENVELOPE.format(header=header, body=IDENTIFY))
    root = ET.fromstring(answer)
    found = {element.tag.rpartition("}")[2]: element.text for element in root.iter()}
    assert (found["RelatesTo"], found["OperationID"]) == (message, operation)


def test_bodies_are_bounded(server: Any) -> None:
    assert post(server, b" " * (500 * 1024 + 1))[0] == 413
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(b"POST /wsman HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        answer = b""
        try:
            while not answer:
                client.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
                client.settimeout(0.01)
                try:
                    answer = client.recv(100)
                except TimeoutError:
                    client.settimeout(10)
        except ConnectionError:
            pass
        else:
            assert answer.startswith(b"HTTP/1.1 413 ")
    assert answers(server)


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 100,
        b"GARBAGE\r\n\r\n",
        b"POST /wsman HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
        b"POST /wsman HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /wsman HTTP/1.1\r\n\r\n",
    ],
    ids=["tls", "garbage", "huge header", "bad length", "no host"],
)
def test_garbage_gets_400(server: Any, data: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(data)
        assert client.recv(100).startswith(b"HTTP/1.1 400 ")
    assert answers(server)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(min_size=1, max_size=300), st.booleans())
def test_no_bytes_bring_it_down(server: Any, data: bytes, as_body: bool) -> None:
    if as_body:
        assert post(server, data)[0] == 500
    else:
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
            client.sendall(data)
    assert answers(server)


def test_a_slow_client_is_cut(serve: Callable[..., Any]) -> None:
    server = serve(settings=ServerSettings(request_seconds=0.3))
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=10) as slow,
        pytest.raises(ConnectionError),
    ):
        drip(slow)
    assert answers(server)


def test_a_silent_client_is_cut(serve: Callable[..., Any]) -> None:
    server = serve(settings=ServerSettings(idle_connection_seconds=0.2))
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=10) as silent,
        suppress(ConnectionResetError),
    ):
        assert silent.recv(10) == b""
    assert answers(server)


def drip(client: socket.socket) -> None:
    for byte in b"POST /wsman HTTP/1.1\r\n" * 100:
        client.sendall(bytes([byte]))
        time.sleep(0.02)


def test_connections_are_bounded(serve: Callable[..., Any]) -> None:
    server = serve(settings=ServerSettings(max_connections=3))
    held = [socket.create_connection(("127.0.0.1", server.port), timeout=10) for _ in range(4)]
    try:
        assert held[3].recv(10) == b""
    except ConnectionResetError:
        pass
    finally:
        for client in held:
            client.close()
    deadline = time.monotonic() + 10
    while True:
        try:
            assert answers(server)
            return
        except (ConnectionError, http.client.HTTPException):
            assert time.monotonic() < deadline
            time.sleep(0.02)


def test_pipelined_requests_are_answered_one_by_one(server: Any) -> None:
    body = ENVELOPE.format(header="", body=IDENTIFY).encode()
    request = (
        f"POST /wsman HTTP/1.1\r\nHost: x\r\nAuthorization: {BASIC}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(request * 3)
        answer = b""
        while answer.count(b"</s:Envelope>") < 3:
            answer += client.recv(65536)
    assert answer.count(b"HTTP/1.1 200 ") == 3


@pytest.mark.parametrize("scheme", ["NTLM", "Negotiate"])
@pytest.mark.parametrize(("bound_to", "status"), [(None, 200), (b"another certificate", 401)])
def test_a_login_bound_to_another_certificate_is_refused(
    secure_server: Any, scheme: str, bound_to: bytes | None, status: int
) -> None:
    """As after a man in the middle; a client that binds to nothing is let in ("Relaxed")."""
    bindings = GssChannelBindings(application_data=b"tls-server-end-point:" + (bound_to or b""))
    client = spnego.client(
        "Administrator",
        "Pass:wörd, 17",
        protocol="ntlm" if scheme == "NTLM" else "negotiate",
        channel_bindings=bindings if bound_to else None,
    )
    context = ssl.create_default_context(cafile=str(secure_server.ca_path))
    connection = http.client.HTTPSConnection("127.0.0.1", secure_server.port, context=context)
    token, found = client.step(), 401
    while token:
        header = f"{scheme} {base64.b64encode(token).decode()}"
        connection.request("POST", "/wsman", headers={"Authorization": header})
        response = connection.getresponse()
        response.read()
        found = response.status
        challenge = response.getheader("WWW-Authenticate", "").partition(f"{scheme} ")[2]
        token = client.step(base64.b64decode(challenge)) if challenge else None
        if found != 401:
            break
    connection.close()
    assert found == status
