from __future__ import annotations

import pytest

from provision.model.errors import ErrorClass
from provision.transport.channel import Output
from provision.transport.errors import (
    ConnectionBroken,
    LoginRefused,
    ServerTrouble,
    ShellGone,
    TransportError,
)


@pytest.fixture
def channel(peer, connector):
    channel = connector(peer.port).channel()
    channel.open(["-NoProfile", "-Command", "1"])
    peer.actions.clear()
    yield channel
    channel.close()


def test_a_process_is_opened_without_a_console_and_freed_again(peer, connector):
    channel = connector(peer.port).channel()
    channel.open(["-NoProfile", "-EncodedCommand", "AAAA"])
    create, command = peer.bodies
    assert 'Name="WINRS_CODEPAGE">65001<' in create
    assert "IdleTimeOut>PT1800S<" in create
    assert 'Name="WINRS_CONSOLEMODE_STDIN">FALSE<' in command
    assert 'Name="WINRS_SKIP_CMD_SHELL">TRUE<' in command
    assert ">powershell.exe<" in command
    assert ">-NoProfile -EncodedCommand AAAA<" in command
    channel.close()
    channel.close()
    assert peer.actions == ["Create", "Command", "Signal", "Delete"]


def test_an_exchange_is_two_requests_on_the_same_connection(peer, channel):
    for number in range(5):
        channel.send(b"question %d\n" % number)
        assert channel.receive() == Output(b"question %d\n" % number)
    assert peer.actions == ["Send", "Receive"] * 5
    assert peer.connections == 1


def test_the_largest_send_fits_the_envelope_of_windows_2016(peer, channel):
    channel.send(b"x" * channel.max_send)
    assert 490_000 < len(peer.bodies[-1]) <= 500 * 1024


@pytest.mark.parametrize("refusal", ["status", "fault"])
def test_a_host_with_a_smaller_envelope_gets_smaller_sends(peer, channel, refusal):
    data = bytes(range(251)) * 1200
    act = peer.reply(413, "", "text/plain")
    peer.script["Send"] = [act if refusal == "status" else peer.fault(0, "w:EncodingLimit")]
    channel.send(data)
    assert channel.receive().stdout == data
    assert max(map(len, peer.bodies[-4:])) <= 150 * 1024
    assert channel.max_send < 150 * 1024 * 3 // 4
    channel.send(b"more")
    assert channel.receive().stdout == b"more"


def test_a_send_that_is_refused_at_any_size_is_given_up(peer, channel):
    refusal = peer.reply(413, "", "text/plain")
    peer.script["Send"] = [refusal, refusal]
    with pytest.raises(ServerTrouble):
        channel.send(b"x" * 200_000)


def test_nothing_to_say_is_an_empty_output(channel):
    assert channel.receive() == Output()


def test_the_end_of_the_process_comes_with_its_last_words(peer, channel):
    peer.stderr, peer.exit_code = b"trouble", 3
    assert channel.receive() == Output(b"", b"trouble", 3)


@pytest.mark.parametrize("fault", ["hang_up", "truncate"])
@pytest.mark.parametrize("action", ["Send", "Receive"])
def test_a_broken_connection_is_transient_and_the_process_is_kept(peer, channel, action, fault):
    peer.output = b"earlier"
    peer.script[action] = [getattr(peer, fault)]
    with pytest.raises(ConnectionBroken) as caught:
        channel.send(b"later") if action == "Send" else channel.receive()
    assert caught.value.error_class is ErrorClass.TRANSIENT
    channel.recover()
    channel.send(b" later")
    assert channel.receive().stdout == b"earlier later"
    assert {"Create", "Command"}.isdisjoint(peer.actions)


def test_a_stalled_host_is_transient(peer, channel, monkeypatch):
    monkeypatch.setattr(channel._protocol.transport, "read_timeout_sec", (1, 0.2))
    released = []
    peer.script["Receive"] = [lambda handler: released.append(handler.rfile.read(1))]
    with pytest.raises(ConnectionBroken, match="does not answer"):
        channel.receive()


@pytest.mark.parametrize(
    ("code", "subcode", "kind"),
    [
        (2150858843, "w:InvalidSelectors", ShellGone),
        (0, "w:InvalidSelectors", ShellGone),
        (232, "w:InternalError", ShellGone),
        (995, "w:InternalError", ConnectionBroken),
        (1115, "w:InternalError", ConnectionBroken),
        (5, "w:AccessDenied", LoginRefused),
        (2150859174, "w:QuotaLimit", ServerTrouble),
        (42, "w:InternalError", ServerTrouble),
    ],
)
def test_faults_by_their_codes(peer, channel, code, subcode, kind):
    peer.script["Send"] = [peer.fault(code, subcode)]
    with pytest.raises(kind) as caught:
        channel.send(b"x")
    assert type(caught.value) is kind
    assert str(code or subcode) in caught.value.details


@pytest.mark.parametrize("action", ["Create", "Command", "Send", "Receive"])
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, "<html><style>x{}</style><body>Internal <b>trouble</b></body></html>"),
        (503, "Service Unavailable"),
        (404, ""),
        (200, "<html><body>Welcome<br></body></html>"),
        (200, "<other><xml/></other>"),
        (200, ""),
    ],
)
def test_what_is_not_winrm_is_trouble_with_the_server(peer, connector, action, status, body):
    peer.script[action] = [peer.reply(status, body, "text/html")]
    channel = connector(peer.port).channel()

    def talk() -> None:
        channel.open([])
        channel.send(b"x")
        channel.receive()

    with pytest.raises(ServerTrouble) as caught:
        talk()
    assert "trouble" in caught.value.details or "trouble" not in body
    assert "<b>" not in caught.value.details
    channel.close()


def test_an_empty_but_proper_receive_is_no_trouble(peer, channel):
    peer.script["Receive"] = [peer.reply(200, "<x xmlns:r='r'><r:ReceiveResponse/></x>")]
    assert channel.receive() == Output()


def test_a_wrong_password_is_permanent_and_not_shown(peer, connector):
    channel = connector(peer.port, password="wrong-secret").channel()
    with pytest.raises(LoginRefused) as caught:
        channel.open([])
    assert caught.value.error_class is ErrorClass.PERMANENT
    assert "wrong-secret" not in _everything(caught.value)
    channel.close()


def test_a_401_in_mid_session_is_asked_about_once_more(peer, channel):
    peer.allowed = False
    with pytest.raises(ConnectionBroken):
        channel.send(b"x")
    with pytest.raises(LoginRefused):
        channel.send(b"x")
    peer.allowed = True
    channel.send(b"x")


def test_close_deletes_the_shell_after_trouble_and_never_raises(peer, channel):
    peer.script["Receive"] = [peer.hang_up]
    with pytest.raises(ConnectionBroken):
        channel.receive()
    peer.script["Signal"] = [peer.fault(2150858843)]
    peer.script["Delete"] = [peer.hang_up]
    peer.actions.clear()
    channel.close()
    assert peer.actions == ["Signal", "Delete"]
    with pytest.raises(ShellGone):
        channel.send(b"x")


def test_a_shell_without_a_command_is_deleted_too(peer, connector):
    peer.script["Command"] = [peer.hang_up]
    channel = connector(peer.port).channel()
    with pytest.raises(ConnectionBroken):
        channel.open([])
    channel.close()
    assert peer.actions == ["Create", "Command", "Delete"]


def test_an_interrupted_request_does_not_poison_the_next(peer, channel, monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(channel._protocol, "send_command_input", interrupted)
        with pytest.raises(KeyboardInterrupt):
            channel.send(b"x")
    channel.send(b"y")
    assert peer.connections == 2
    assert channel.receive().stdout == b"y"


def test_proxies_and_authorities_of_the_environment_are_ignored(peer, connector, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent")
    channel = connector(peer.port).channel()
    channel.open([])
    channel.close()


def test_a_given_proxy_is_used_and_its_password_is_not_shown(peer, connector):
    channel = connector(peer.port, proxy="http://user:proxy-secret@127.0.0.1:1").channel()
    with pytest.raises(ConnectionBroken, match="proxy") as caught:
        channel.open([])
    assert "proxy-secret" not in _everything(caught.value)


def test_the_address_is_for_people(connector):
    assert connector(5985).address == "127.0.0.1:5985"


def _everything(error: TransportError) -> str:
    return "\n".join((repr(error), str(error), error.brief, error.details, error.resolution))
