"""The client over the WinRM transport, against the simulator's server, with faults."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

from provision.agent.client import AgentClient
from provision.agent.operations import Exec
from provision.agent.source import agent_source
from provision.engine.clock import HostClock
from provision.model.errors import ErrorClass, ProvisionError
from provision.model.host import Authentication, Scheme, WinRMSettings
from provision.model.outcome import Json
from provision.model.secret import Secret
from provision.simulator.faults import Fault, FaultKind, FaultSchedule, ScheduledFault
from provision.simulator.machine import Power, ProgramResult
from provision.simulator.thread import SimulatorServer
from provision.transport.errors import LoginRefused, ShellGone
from provision.transport.winrm import MAX_SEND, WinRMConnector

USER, PASSWORD = "Administrator", "not-a-real-secret"

_source = sum(len(line) + 1 for line in agent_source().lines)
STARTING = {"Send": -(-_source // MAX_SEND), "Receive": 1}


@dataclass
class CountingMachine:
    """Answers `exec` with the program's name, and remembers every one that was carried out."""

    speed: float = 1.0
    carried_out: list[str] = field(default_factory=list)

    def power(self) -> Power:
        return Power(1, listening=True, accounts=True)

    async def changed(self, _seen: Power) -> None:
        await asyncio.Event().wait()

    async def perform(self, operation: str, params: dict[str, Json], check: bool) -> Json:
        assert operation == "exec"
        self.carried_out.append(str(params["program"]))
        if params["program"] == "slow":
            await asyncio.sleep(1.5)
        return {"exit_code": 0, "stdout": params["program"], "stderr": "", "ran": not check}

    def agent_ready(self) -> dict[str, Json]:
        boot = {"boot_time": "2016-11-01T00:00:00Z", "token": "t"}
        return {"boot": boot, "powershell": "5.1.14393.0", "process": 412}

    def program(self, program: str, arguments: tuple[str, ...]) -> ProgramResult | None:
        assert (program, arguments) == ("hostname", ())
        return ProgramResult(stdout=b"WIN-COUNTS\r\n")


def in_place() -> Retrying:
    def transient(error: BaseException) -> bool:
        return isinstance(error, ProvisionError) and error.error_class is ErrorClass.TRANSIENT

    return Retrying(
        retry=retry_if_exception(transient),
        wait=wait_fixed(0.05),
        stop=stop_after_delay(30),
        reraise=True,
    )


@dataclass
class Rig:
    machine: CountingMachine
    client: AgentClient


@pytest.fixture
def connect() -> Iterator[Callable[..., Rig]]:
    opened: list[tuple[AgentClient, SimulatorServer]] = []

    def start(
        *faults: ScheduledFault,
        scheme: Scheme = Scheme.HTTP,
        auth: Authentication = Authentication.NTLM,
    ) -> Rig:
        machine = CountingMachine()
        server = SimulatorServer(
            machine, accounts={USER: PASSWORD}, scheme=scheme, faults=FaultSchedule(faults)
        )
        server.start()
        ca = str(server.ca_path) if server.ca_path else None
        settings = WinRMSettings(scheme=scheme, auth=auth, user=USER, ca=ca, operation_timeout=1)
        connector = WinRMConnector(settings, "127.0.0.1", server.port, Secret(PASSWORD))
        client = AgentClient(connector.channel(), retrying=in_place, clock=HostClock())
        opened.append((client, server))
        client.start()
        return Rig(machine, client)

    yield start
    for client, server in opened:
        client.close()
        server.stop()


@pytest.mark.parametrize("scheme", list(Scheme))
@pytest.mark.parametrize(
    "auth", [Authentication.BASIC, Authentication.NTLM, Authentication.NEGOTIATE]
)
def test_requests_are_answered_over_every_way_in(connect, scheme, auth):
    rig = connect(scheme=scheme, auth=auth)
    names = [f"program-{number}" for number in range(30)]
    answers = rig.client.call_many([Exec(program=name) for name in names])
    assert [answer.stdout for answer in answers] == names
    large = "日本" * 50_000
    assert rig.client.call(Exec(program=large)).stdout == large
    assert rig.machine.carried_out == [*names, large]


def test_an_operation_that_outlasts_the_operation_timeout_is_waited_for(connect):
    rig = connect()
    assert rig.client.call(Exec(program="slow")).stdout == "slow"
    assert rig.machine.carried_out == ["slow"]


@pytest.mark.parametrize("auth", [Authentication.BASIC, Authentication.NTLM])
@pytest.mark.parametrize("action", ["Send", "Receive"])
@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.RESET_BEFORE,
        FaultKind.RESET_AFTER,
        FaultKind.TRUNCATE,
        FaultKind.STALL,
        FaultKind.REFUSE,
        FaultKind.SERVER_ERROR,
        FaultKind.UNAVAILABLE,
        FaultKind.HTML,
        FaultKind.OPERATION_ABORTED,
    ],
)
def test_each_request_is_carried_out_once_through_faults(connect, kind, action, auth):
    faults = [
        ScheduledFault(STARTING[action] + exchange, Fault(kind, 0.2), action)
        for exchange in (1, 2, 4)
    ]
    rig = connect(*faults, auth=auth)
    names = [f"program-{number}" for number in range(4)]
    assert [rig.client.call(Exec(program=name)).stdout for name in names] == names
    large = "x" * 200_000
    assert rig.client.call(Exec(program=large)).stdout == large
    assert rig.machine.carried_out == [*names, large]


def test_a_shell_that_is_gone_is_lost(connect):
    fault = ScheduledFault(STARTING["Send"] + 1, Fault(FaultKind.SHELL_GONE), "Send")
    rig = connect(fault)
    with pytest.raises(ShellGone):
        rig.client.call(Exec(program="a"))


def test_accounts_that_are_refused_for_good_end_the_patience(connect):
    fault = ScheduledFault(STARTING["Send"] + 1, Fault(FaultKind.UNAUTHORIZED, 60), "Send")
    rig = connect(fault)
    with pytest.raises(LoginRefused):
        rig.client.call(Exec(program="a"))
    assert rig.machine.carried_out == []
