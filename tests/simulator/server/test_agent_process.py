"""The agent's far side, reached through pywinrm."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from winrm.exceptions import WSManFaultError

from provision.agent.bootstrap import Bootstrap, bootstrap_arguments
from provision.agent.frame import FrameReader, Request, encode_request
from provision.agent.source import AgentSource
from provision.simulator.agent_process import KEPT_ANSWERS, AgentProcess
from provision.simulator.pipe import OutputPipe
from provision.simulator.settings import ServerSettings

STREAMS = frozenset({"stdout", "stderr"})


def exec_request(number: int, program: str, *, check: bool = False) -> bytes:
    return encode_request(Request(number, "exec", {"program": program}, check))


def test_requests_are_answered_in_order(agent: Callable[..., Any], machine: Any) -> None:
    client = agent()
    machine.delay = 0.02
    client.send(b"".join(exec_request(number, f"p{number}") for number in range(1, 6)))
    answers = client.answers(5)
    assert [answer.number for answer in answers] == [1, 2, 3, 4, 5]
    assert [answer.payload["result"]["stdout"] for answer in answers] == machine.performed


def test_a_number_is_carried_out_once_and_its_answer_repeated(
    agent: Callable[..., Any], machine: Any
) -> None:
    client = agent()
    client.send(exec_request(1, "a") + exec_request(2, "b") + exec_request(1, "other"))
    first, _, again = client.answers(3)
    assert again == first
    assert machine.performed == ["a", "b"]


def test_check_mode_reaches_the_machine(agent: Callable[..., Any]) -> None:
    client = agent()
    client.send(exec_request(1, "a", check=True))
    [answer] = client.answers()
    assert answer.payload["result"]["ran"] is False


@pytest.mark.parametrize(
    ("line", "error_id"),
    [
        (encode_request(Request(1, "facts", {})), "NotFound"),
        (encode_request(Request(1, "no.such", {})), "UnknownOperation"),
        (encode_request(Request(1, "exec", {"programme": "x"})), "BadRequest"),
        (encode_request(Request(1, "exec", {"program": "broken"})), "SimulatorFailed"),
        (b"@pv 1 bm8ganNvbg==\n", "BadRequest"),
    ],
)
def test_errors_are_typed(agent: Callable[..., Any], line: bytes, error_id: str) -> None:
    client = agent()
    client.send(line)
    [answer] = client.answers()
    assert answer.payload["ok"] is False
    assert answer.payload["error"]["id"] == error_id


def test_an_agent_that_is_not_known_is_not_answered_for(serve: Any, connect: Any) -> None:
    protocol = connect(serve(settings=ServerSettings(free_powershell=False)))
    shell = protocol.open_shell()
    other = bootstrap_arguments(AgentSource.of("{ 'another agent' }"))
    with pytest.raises(WSManFaultError, match="This is a simulated host") as refused:
        protocol.run_command(shell, "powershell", other, skip_cmd_shell=True)
    assert refused.value.wsman_fault_code == 50


class Bench:
    """An agent process without a network."""

    def __init__(self, machine: Any, source: AgentSource) -> None:
        self.pipe = OutputPipe()
        bootstrap = Bootstrap(source.sha256, len(source.encoded))
        self.process = AgentProcess(machine, bootstrap, self.pipe)
        self.reader = FrameReader()

    async def exchange(self, data: bytes, *, end: bool = False) -> tuple[list[Any], Any]:
        await self.process.write(data, end=end)
        await self.pipe.wait(STREAMS)
        await asyncio.sleep(0)
        taken = self.pipe.take(STREAMS, 1 << 20)
        out = b"".join(data for name, data in taken.chunks if name == "stdout")
        return self.reader.feed(out), taken


def test_a_damaged_source_is_refused(machine: Any) -> None:
    source = AgentSource.of("{ 'agent' }")

    async def run() -> None:
        bench = Bench(machine, source)
        damaged = source.encoded[:-5] + "AAAA\n"
        answers, taken = await bench.exchange(damaged.encode() + exec_request(1, "x"))
        assert [(answer.number, answer.payload["error"]["id"]) for answer in answers] == [
            (0, "BootstrapMismatch")
        ]
        assert taken.exit_code == 87
        await bench.process.wait_closed()

    asyncio.run(run())
    assert machine.performed == []


def test_old_answers_are_forgotten_and_never_carried_out_again(machine: Any) -> None:
    source = AgentSource.of("{ 'agent' }")

    async def run() -> None:
        bench = Bench(machine, source)
        await bench.exchange(source.encoded.encode() + b"\n")
        many = range(1, KEPT_ANSWERS + 2)
        await bench.process.write(b"".join(exec_request(n, f"p{n}") for n in many), end=False)
        while len(machine.performed) < len(many):
            await asyncio.sleep(0)
        bench.reader.feed(b"".join(data for _, data in bench.pipe.take(STREAMS, 1 << 20).chunks))
        answers, _ = await bench.exchange(exec_request(1, "p1"))
        assert answers[-1].payload["error"]["id"] == "AnswerForgotten"
        answers, _ = await bench.exchange(exec_request(2, "p2"))
        assert answers[-1].payload["result"]["stdout"] == "p2"
        _, taken = await bench.exchange(b"", end=True)
        assert taken.exit_code == 0
        assert len(machine.performed) == len(many)

    asyncio.run(run())


def test_strays_go_to_standard_error_and_the_agent_lives(machine: Any) -> None:
    source = AgentSource.of("{ 'agent' }")

    async def run() -> None:
        bench = Bench(machine, source)
        await bench.exchange(source.encoded.encode() + b"\n")
        _, taken = await bench.exchange(b"dir C:\\\n\n@pv 0 e30=\n")
        assert {name for name, _ in taken.chunks} == {"stderr"}
        answers, _ = await bench.exchange(exec_request(1, "a"))
        assert answers[0].payload["ok"] is True
        bench.process.close()
        await bench.process.wait_closed()

    asyncio.run(run())
