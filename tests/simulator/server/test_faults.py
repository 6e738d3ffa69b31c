"""Scripted faults, as pywinrm meets them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests
from winrm.exceptions import InvalidCredentialsError, WinRMTransportError, WSManFaultError

from provision.agent.frame import Request, encode_request
from provision.simulator.faults import Fault, FaultKind, FaultSchedule, ScheduledFault

REQUEST = encode_request(Request(1, "exec", {"program": "once"}))


def struck(
    serve: Callable[..., Any], action: str, exchange: int, kind: FaultKind, seconds: float = 0
) -> Any:
    fault = ScheduledFault(exchange, Fault(kind, seconds), action)
    return serve(faults=FaultSchedule([fault]))


@pytest.mark.parametrize(
    ("kind", "error", "acted"),
    [
        (FaultKind.RESET_BEFORE, requests.exceptions.ConnectionError, False),
        (FaultKind.RESET_AFTER, requests.exceptions.ConnectionError, True),
        (FaultKind.TRUNCATE, requests.exceptions.ChunkedEncodingError, True),
        (FaultKind.REFUSE, requests.exceptions.ConnectionError, False),
        (FaultKind.STALL, requests.exceptions.ConnectionError, False),
    ],
)
def test_a_send_is_lost_and_the_shell_lives(
    serve: Callable[..., Any],
    connect: Any,
    agent: Any,
    machine: Any,
    kind: Any,
    error: Any,
    acted: bool,
) -> None:
    server = struck(serve, "Send", 2, kind, seconds=0.1)
    client = agent(connect(server))
    assert send_fails(client, error)
    if acted:
        [answer] = receive(client)
        assert answer.payload["result"]["stdout"] == "once"
    else:
        assert machine.performed == []
        send_until_accepted(client)
        [answer] = receive(client)
    assert answer.number == 1
    assert machine.performed == ["once"]


def send_fails(client: Any, error: Any) -> bool:
    with pytest.raises(error):
        client.send(REQUEST)
    client.protocol.transport.close_session()
    return True


def send_until_accepted(client: Any) -> None:
    while True:
        try:
            client.send(REQUEST)
            return
        except requests.exceptions.ConnectionError:
            client.protocol.transport.close_session()


def receive(client: Any) -> Any:
    return client.answers()


@pytest.mark.parametrize("transport", ["ntlm", "basic"])
def test_logins_are_refused_for_a_while(
    serve: Callable[..., Any], connect: Any, agent: Any, transport: str
) -> None:
    server = struck(serve, "Send", 2, FaultKind.UNAUTHORIZED, seconds=0.3)
    client = agent(connect(server, transport))
    refused = 0
    while True:
        try:
            client.send(REQUEST)
            break
        except InvalidCredentialsError:
            refused += 1
            client.protocol.transport.close_session()
    assert refused > 1
    assert len(client.answers()) == 1


@pytest.mark.parametrize(
    ("kind", "status"), [(FaultKind.SERVER_ERROR, 500), (FaultKind.UNAVAILABLE, 503)]
)
def test_the_server_answers_without_soap(
    serve: Callable[..., Any], connect: Any, agent: Any, kind: FaultKind, status: int
) -> None:
    client = agent(connect(struck(serve, "Send", 2, kind)))
    with pytest.raises(WinRMTransportError) as trouble:
        client.send(REQUEST)
    assert trouble.value.code == status
    client.send(REQUEST)
    assert len(client.answers()) == 1


def test_a_web_page_in_place_of_an_answer(serve: Callable[..., Any], connect: Any) -> None:
    protocol = connect(struck(serve, "Create", 1, FaultKind.HTML))
    with pytest.raises((SyntaxError, StopIteration)):
        protocol.open_shell()
    protocol.open_shell()


@pytest.mark.parametrize(
    ("kind", "code", "lives"),
    [(FaultKind.SHELL_GONE, 2150858843, False), (FaultKind.OPERATION_ABORTED, 995, True)],
)
def test_soap_faults(
    serve: Callable[..., Any], connect: Any, agent: Any, kind: FaultKind, code: int, lives: bool
) -> None:
    client = agent(connect(struck(serve, "Receive", 2, kind)))
    client.send(REQUEST)
    with pytest.raises(WSManFaultError) as fault:
        client.answers()
    assert fault.value.wsman_fault_code == code
    if lives:
        assert len(client.answers()) == 1
    else:
        with pytest.raises(WSManFaultError):
            client.send(REQUEST)


def test_exchanges_are_counted_over_all_actions_and_per_action() -> None:
    one, two = Fault(FaultKind.HTML), Fault(FaultKind.STALL)
    schedule = FaultSchedule([ScheduledFault(3, one), ScheduledFault(2, two, "Send")])
    struck_at = [schedule.next_exchange(a) for a in ("Create", "Send", "Receive", "Send", "Send")]
    assert struck_at == [None, None, one, two, None]
