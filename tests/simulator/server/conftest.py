"""A host that models next to nothing, and clients for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest
from winrm.protocol import Protocol

from provision.agent.bootstrap import bootstrap_arguments
from provision.agent.frame import Answer, FrameReader
from provision.agent.operations.base import ErrorRecord
from provision.agent.source import agent_source
from provision.model.host import Scheme
from provision.model.outcome import Json
from provision.simulator.faults import Fault, FaultKind
from provision.simulator.machine import OperationRefused, Power, ProgramResult
from provision.simulator.thread import SimulatorServer

USER, PASSWORD = "Administrator", "Pass:wörd, 17"


@dataclass
class TinyMachine:
    """`exec` answers with its program's name, after `delay` seconds; everything else refuses."""

    speed: float = 1.0
    state: Power = field(default_factory=lambda: Power(1, listening=True, accounts=True))
    performed: list[str] = field(default_factory=list)
    struck: list[Fault] = field(default_factory=list)
    delay: float = 0.0
    waiters: list[asyncio.Event] = field(default_factory=list)

    def power(self) -> Power:
        return self.state

    def set_power(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]
        for waiter in self.waiters:
            waiter.set()

    async def changed(self, seen: Power) -> None:
        if self.state != seen:
            return
        event = asyncio.Event()
        self.waiters.append(event)
        try:
            await event.wait()
        finally:
            self.waiters.remove(event)

    async def perform(self, operation: str, params: dict[str, Json], check: bool) -> Json:
        if operation != "exec":
            raise OperationRefused(ErrorRecord(message="nothing here", id="NotFound"))
        program = str(params["program"])
        self.performed.append(program)
        if program == "broken":
            raise RuntimeError("boom")
        await asyncio.sleep(self.delay)
        return {"exit_code": 0, "stdout": program, "stderr": "", "ran": not check}

    def agent_ready(self) -> dict[str, Json]:
        return {
            "boot": {"boot_time": "2016-11-01T00:00:00Z", "token": "t"},
            "powershell": "5.1.14393.0",
            "process": 412,
            "sha256": "",
        }

    def strike(self, fault: Fault) -> None:
        self.struck.append(fault)
        if fault.kind is FaultKind.RESTART:
            self.set_power(boot=self.state.boot + 1)

    def program(self, program: str, arguments: tuple[str, ...]) -> ProgramResult | None:
        match program:
            case "hostname":
                return ProgramResult(stdout=b"WIN-TINY\r\n")
            case "echo":
                return ProgramResult(stdout=" ".join(arguments).encode(), exit_code=3)
            case "flood":
                return ProgramResult(stdout=b"x" * int(arguments[0]), stderr=b"drip")
        return None


@dataclass
class AgentClient:
    """The agent over a pywinrm Protocol: the controller's half, in a few lines."""

    protocol: Protocol
    shell: str
    command: str
    reader: FrameReader = field(default_factory=FrameReader)

    def send(self, data: bytes, *, end: bool = False) -> None:
        self.protocol.send_command_input(self.shell, self.command, data, end=end)

    def answers(self, count: int = 1) -> list[Answer]:
        found: list[Answer] = []
        while len(found) < count:
            stdout, _, _, done = self.protocol.get_command_output_raw(self.shell, self.command)
            found += [x for x in self.reader.feed(stdout) if isinstance(x, Answer)]
            assert not done or len(found) >= count
        return found


@pytest.fixture
def machine() -> TinyMachine:
    return TinyMachine()


@pytest.fixture
def serve(machine: TinyMachine) -> Iterator[Callable[..., SimulatorServer]]:
    """Start a server over the machine; stopped at the end."""
    servers: list[SimulatorServer] = []

    def start(**options: object) -> SimulatorServer:
        server = SimulatorServer(
            options.pop("machine", machine),  # type: ignore[arg-type]
            accounts=options.pop("accounts", {USER: PASSWORD}),  # type: ignore[arg-type]
            **options,  # type: ignore[arg-type]
        )
        server.start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def server(serve: Callable[..., SimulatorServer]) -> SimulatorServer:
    return serve()


@pytest.fixture
def secure_server(serve: Callable[..., SimulatorServer]) -> SimulatorServer:
    return serve(scheme=Scheme.HTTPS)


@pytest.fixture
def connect() -> Iterator[Callable[..., Protocol]]:
    """Make a pywinrm client of a server; its connections are closed at the end."""
    protocols: list[Protocol] = []

    def make(server: SimulatorServer, transport: str = "ntlm", **options: object) -> Protocol:
        protocol = Protocol(
            endpoint=server.endpoint,
            transport=transport,
            username=options.pop("username", USER),
            password=options.pop("password", PASSWORD),
            ca_trust_path=str(server.ca_path) if server.ca_path else None,
            proxy=None,
            read_timeout_sec=options.pop("read_timeout_sec", 20),
            operation_timeout_sec=options.pop("operation_timeout_sec", 10),
            **options,
        )
        protocols.append(protocol)
        return protocol

    yield make
    for protocol in protocols:
        protocol.transport.close_session()


@pytest.fixture
def agent(server: SimulatorServer, connect: Callable[..., Protocol]) -> Callable[..., AgentClient]:
    """Start the agent over a client of the server."""

    def start(protocol: Protocol | None = None) -> AgentClient:
        protocol = protocol or connect(server)
        shell = protocol.open_shell(codepage=65001)
        command = protocol.run_command(
            shell,
            "powershell.exe",
            bootstrap_arguments(agent_source()),
            console_mode_stdin=False,
            skip_cmd_shell=True,
        )
        client = AgentClient(protocol, shell, command)
        client.send("".join(f"{line}\n" for line in agent_source().lines).encode() or b"\n")
        [ready] = client.answers()
        assert ready.number == 0
        return client

    return start
