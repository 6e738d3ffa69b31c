"""What the network and TLS can do to the first request."""

from __future__ import annotations

import socket
import ssl
import struct
from datetime import UTC, datetime

import pytest
import trustme

from provision.model.errors import ErrorClass
from provision.model.host import Authentication, Scheme
from provision.transport.errors import (
    CertificateRefused,
    ConnectionBroken,
    LoginRefused,
    ServerTrouble,
    SettingRefused,
    TransportError,
)

HTTPS = {"scheme": Scheme.HTTPS}


def read_request(connection: socket.socket) -> None:
    data = b""
    while b"</env:Envelope>" not in data:
        piece = connection.recv(65536)
        if not piece:
            return
        data += piece


def reset(connection: socket.socket) -> None:
    read_request(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hang_up(connection: socket.socket) -> None:
    read_request(connection)


def garbage(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")


def half_an_answer(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n<s:Env")


def refusal(connector, port, **settings) -> TransportError:
    channel = connector(port, **settings).channel()
    with pytest.raises(TransportError) as caught:
        channel.open([])
    channel.close()
    assert caught.value.brief
    return caught.value


def test_a_refused_port(connector):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    error = refusal(connector, port)
    assert type(error) is ConnectionBroken
    assert "refused" in error.brief
    assert "WinRM" in error.resolution


@pytest.mark.parametrize("act", [reset, hang_up, garbage, half_an_answer])
def test_a_connection_that_breaks_is_transient(connector, serve, act):
    error = refusal(connector, serve(act))
    assert type(error) is ConnectionBroken
    assert error.error_class is ErrorClass.TRANSIENT
    assert "scheme" in error.resolution


def test_a_redirect_is_not_followed(connector, serve):
    logins = []

    def other(connection: socket.socket) -> None:
        logins.append(connection.recv(65536))

    port = serve(other)

    def elsewhere(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(
            b"HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\n"
            b"Connection: close\r\n\r\n" % port
        )

    assert type(refusal(connector, serve(elsewhere))) is ServerTrouble
    assert logins == []


def test_the_evidence_is_the_cause_without_its_wrappings(connector, serve, authority):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    found = [
        refusal(connector, port),
        refusal(connector, serve(hang_up)),
        refusal(connector, port, proxy=f"http://127.0.0.1:{port}"),
        refusal(connector, serve(hang_up, tls_server(authority, "127.0.0.1")), **HTTPS),
    ]
    assert [error.details for error in found] == [
        "Connection refused",
        "Remote end closed connection without response",
        "Connection refused",
        "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "
        "unable to get local issuer certificate",
    ]


def tls_server(authority: trustme.CA, *names: str, **options: object) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, **options).configure_cert(context)
    return context


@pytest.fixture
def ca(authority, tmp_path) -> str:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return str(tmp_path / "ca.pem")


def test_an_untrusted_certificate(connector, serve, authority):
    port = serve(hang_up, tls_server(authority, "127.0.0.1"))
    error = refusal(connector, port, **HTTPS)
    assert type(error) is CertificateRefused
    assert error.error_class is ErrorClass.PERMANENT
    assert "not trusted" in error.brief
    assert "`ca`" in error.resolution


def test_a_certificate_of_the_environments_authority_is_not_trusted(
    connector, serve, authority, ca, monkeypatch
):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ca)
    monkeypatch.setenv("SSL_CERT_FILE", ca)
    port = serve(hang_up, tls_server(authority, "127.0.0.1"))
    assert type(refusal(connector, port, **HTTPS)) is CertificateRefused


def test_a_certificate_for_another_name(connector, serve, authority, ca):
    port = serve(hang_up, tls_server(authority, "other.example.com"))
    error = refusal(connector, port, ca=ca, **HTTPS)
    assert type(error) is CertificateRefused
    assert "another name" in error.brief


def test_an_expired_certificate(connector, serve, authority, ca):

    past = datetime(2020, 1, 1, tzinfo=UTC)
    port = serve(hang_up, tls_server(authority, "127.0.0.1", not_after=past))
    error = refusal(connector, port, ca=ca, **HTTPS)
    assert type(error) is CertificateRefused
    assert "not valid now" in error.brief


def test_a_plain_port_with_https(connector, serve):
    def plain(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    error = refusal(connector, serve(plain), **HTTPS)
    assert type(error) is CertificateRefused
    assert "does not speak TLS" in error.brief
    assert "5986" in error.resolution


def test_a_handshake_that_is_cut_is_transient(connector, serve):
    error = refusal(connector, serve(lambda connection: connection.recv(1000)), **HTTPS)
    assert error.error_class is ErrorClass.TRANSIENT


@pytest.mark.parametrize("settings", [{"verify": False}, {"trusted": True}])
def test_a_certificate_that_may_be_accepted_is(connector, serve, authority, ca, settings, recwarn):
    port = serve(hang_up, tls_server(authority, "127.0.0.1"))
    given = {"ca": ca} if settings.pop("trusted", False) else settings
    assert type(refusal(connector, port, **given, **HTTPS)) is ConnectionBroken
    assert not [one for one in recwarn if "InsecureRequest" in one.category.__name__]


def test_a_stalled_handshake_is_transient(connector, serve):
    released = []

    def stall(connection: socket.socket) -> None:
        while piece := connection.recv(1000):
            released.append(piece)

    channel = connector(serve(stall), connect_timeout=1, **HTTPS).channel()
    with pytest.raises(ConnectionBroken):
        channel.open([])
    channel.close()


@pytest.mark.parametrize("field", ["ca", "certificate", "key"])
def test_a_missing_certificate_file_is_found_before_anything_is_sent(connector, field):
    with pytest.raises(SettingRefused, match=f"{field}: .*missing.pem"):
        connector(1, **{field: "/nonexistent/missing.pem"}, **HTTPS).channel()


def test_a_file_without_a_certificate(connector, serve, authority, tmp_path):
    (tmp_path / "ca.pem").write_text("not a certificate")
    port = serve(hang_up, tls_server(authority, "127.0.0.1"))
    error = refusal(connector, port, ca=str(tmp_path / "ca.pem"), **HTTPS)
    assert type(error) is SettingRefused


def test_a_missing_password_is_said_before_anything_is_sent(connector):
    with pytest.raises(SettingRefused, match="needs a password"):
        connector(1, password=None).channel()


@pytest.mark.parametrize("auth", [Authentication.KERBEROS, Authentication.CREDSSP])
def test_a_missing_extra_is_named(connector, auth, monkeypatch):
    monkeypatch.setattr(f"winrm.transport.HAVE_{auth.name}", False)
    with pytest.raises(SettingRefused) as caught:
        connector(1, auth=auth).channel()
    assert f"provision[{auth.value}]" in caught.value.resolution


@pytest.mark.parametrize(
    "settings", [{"scheme": Scheme.HTTP}, {"scheme": Scheme.HTTPS}, {"certificate": __file__}]
)
def test_client_certificates_need_https_and_both_files(connector, settings):
    given = {"scheme": Scheme.HTTPS, "auth": Authentication.CERTIFICATE, **settings}
    with pytest.raises(SettingRefused):
        connector(1, password=None, **given).channel()


def test_a_scheme_that_is_not_offered(connector, serve):
    def only_kerberos(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(
            b"HTTP/1.1 401 No\r\nWWW-Authenticate: Kerberos\r\nContent-Length: 0\r\n\r\n"
        )

    error = refusal(connector, serve(only_kerberos), auth=Authentication.NTLM)
    assert type(error) is LoginRefused


def test_a_server_that_asks_for_no_login_gets_no_message_unencrypted(connector, serve):
    received = []

    def accept_all(connection: socket.socket) -> None:
        while piece := connection.recv(65536):
            received.append(piece)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    channel = connector(serve(accept_all), auth=Authentication.NTLM).channel()
    for _ in range(3):
        with pytest.raises(ServerTrouble, match="without asking for a login") as caught:
            channel.open([])
        assert "NoneType" not in caught.value.details
    channel.close()
    assert received
    assert b"Envelope" not in b"".join(received)
