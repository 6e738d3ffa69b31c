"""Scripted faults, as pywinrm meets them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from winrm.exceptions import InvalidCredentialsError, WinRMTransportError, WSManFaultError

from provision.agent.frame import Request, encode_request
from provision.model.errors import InputError
from provision.simulator.fault_file import read_faults
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


def test_a_count_may_begin_at_the_end_of_a_job() -> None:
    fault = Fault(FaultKind.HTML)
    seen: list[Any] = []
    schedule = FaultSchedule(
        [ScheduledFault(2, fault, after_jobs=1)], lambda *exchange: seen.append(exchange)
    )
    assert [schedule.next_exchange("Send") for _ in range(3)] == [None] * 3
    schedule.job_ended()
    assert [schedule.next_exchange("Send") for _ in range(3)] == [None, fault, None]
    assert seen[4] == (5, "Send", fault)


def test_an_answer_is_garbled(
    serve: Callable[..., Any], connect: Any, agent: Any, machine: Any
) -> None:
    client = agent(connect(struck(serve, "Send", 2, FaultKind.GARBLE)))
    with pytest.raises(Exception, match=r"(?i)signature|mic|checksum|verif"):
        client.send(REQUEST)
    client.protocol.transport.close_session()
    assert len(client.answers()) == 1
    assert machine.performed == ["once"]


@pytest.mark.parametrize(
    ("kind", "acted"), [(FaultKind.HOLD_BEFORE, False), (FaultKind.HOLD_AFTER, True)]
)
def test_a_request_is_held_until_its_client_goes(
    serve: Callable[..., Any], connect: Any, agent: Any, machine: Any, kind: Any, acted: bool
) -> None:
    server = struck(serve, "Send", 2, kind)
    client = agent(connect(server, read_timeout_sec=2, operation_timeout_sec=1))
    with pytest.raises(requests.exceptions.ReadTimeout):
        client.send(REQUEST)
    client.protocol.transport.close_session()
    if not acted:
        client.send(REQUEST)
    assert len(client.answers()) == 1
    assert machine.performed == ["once"]


def test_the_agent_s_process_is_killed(
    serve: Callable[..., Any], connect: Any, agent: Any, machine: Any
) -> None:
    client = agent(connect(struck(serve, "Send", 2, FaultKind.AGENT_KILLED)))
    client.send(REQUEST)
    out, _, code, done = client.protocol.get_command_output_raw(client.shell, client.command)
    assert (out, code, done) == (b"", 1, True)
    assert machine.performed == []
    client.protocol.cleanup_command(client.shell, client.command)
    client.protocol.close_shell(client.shell)


def test_a_fault_of_the_host_is_the_machine_s(
    serve: Callable[..., Any], connect: Any, agent: Any, machine: Any
) -> None:
    jump = ScheduledFault(2, Fault(FaultKind.CLOCK_JUMP, 60.0), "Send")
    cut = ScheduledFault(3, Fault(FaultKind.RESTART), "Send")
    client = agent(connect(serve(faults=FaultSchedule([jump, cut]))))
    client.send(REQUEST)
    assert len(client.answers()) == 1
    with pytest.raises(requests.exceptions.ConnectionError):
        client.send(encode_request(Request(2, "exec", {"program": "never"})))
    client.protocol.transport.close_session()
    assert machine.performed == ["once"]
    assert [fault.kind for fault in machine.struck] == [FaultKind.CLOCK_JUMP, FaultKind.RESTART]


def test_a_file_of_faults(tmp_path: Path) -> None:
    file = tmp_path / "faults.json"
    file.write_text(
        '[{"exchange": 41, "kind": "reset_after"},'
        ' {"exchange": 2, "kind": "stall", "seconds": 3, "action": "Send", "after_jobs": 1}]'
    )
    assert read_faults(file) == [
        ScheduledFault(41, Fault(FaultKind.RESET_AFTER)),
        ScheduledFault(2, Fault(FaultKind.STALL, 3.0), "Send", 1),
    ]
    for text, told in (("", "JSON"), ('[{"exchange": 0, "kind": "boom"}]', "0.kind")):
        file.write_text(text)
        with pytest.raises(InputError) as wrong:
            read_faults(file)
        assert any(told in problem.message for problem in wrong.value.problems)
        assert "reset_after" in wrong.value.problems[0].hint
    with pytest.raises(InputError, match="cannot be read"):
        read_faults(tmp_path / "nowhere")
