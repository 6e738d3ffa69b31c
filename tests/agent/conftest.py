"""The far side of the wire in memory, and a channel to it that loses things on command."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from tenacity import Retrying, retry_if_exception, stop_after_attempt

from provision.agent.bootstrap import MISMATCH, MISMATCH_EXIT, recognise
from provision.agent.client import AgentClient
from provision.agent.frame import BadFrame, LineReader, decode_request, encode_answer
from provision.agent.source import AgentSource
from provision.model.errors import ErrorClass
from provision.transport.channel import Output
from provision.transport.errors import ConnectionBroken, ShellGone, TransportError

KEPT = 64


class ManualClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self.time = 0.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


@dataclass
class FarSide:
    """An agent as the wire describes it: each number once, the last answers kept."""

    answer: Callable[[str, dict[str, Any]], dict[str, Any]] = lambda _, params: {
        "kind": "file",
        "bytes": len(params.get("path", "")),
    }
    executed: list[tuple[int, str]] = field(default_factory=list)
    output: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    exit_code: int | None = None
    _lines: LineReader = field(default_factory=LineReader)
    _kept: dict[int, bytes] = field(default_factory=dict)
    _last: int = 0
    _awaited: Any = None
    _collected: str = ""

    def start(self, arguments: Sequence[str]) -> None:
        self._awaited = recognise(arguments)
        assert self._awaited is not None

    def feed(self, data: bytes) -> None:
        for line, _cut in self._lines.feed(data):
            if self.exit_code is None:
                self._line(line)

    def _line(self, line: bytes) -> None:
        if self._awaited:
            self._collected += line.decode()
            if len(self._collected) >= self._awaited.length:
                self._run_source()
            return
        try:
            request = decode_request(line)
        except BadFrame:
            self._undecodable(line)
            return
        if request.number <= self._last:
            forgotten = {"ok": False, "error": {"message": "gone", "id": "AnswerForgotten"}}
            self.output += self._kept.get(request.number) or encode_answer(
                request.number, forgotten
            )
            return
        self._last = request.number
        self.executed.append((request.number, str(request.params.get("path"))))
        frame = encode_answer(request.number, self._carry_out(request.op, request.params))
        self._kept[request.number] = frame
        for number in list(self._kept)[:-KEPT]:
            del self._kept[number]
        if self.exit_code is None:
            self.output += frame

    def _undecodable(self, line: bytes) -> None:
        """A line that looks like a request uses up its number, as in the real agent."""
        match = re.match(rb"@pv ([1-9][0-9]*) [A-Za-z0-9+/=]*\Z", line)
        if match and int(match[1]) > self._last:
            self._last = int(match[1])
            error = {"message": "cannot be read", "id": "BadRequest"}
            self._kept[self._last] = encode_answer(self._last, {"ok": False, "error": error})
            self.output += self._kept[self._last]

    def _carry_out(self, op: str, params: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"ok": True, "result": self.answer(op, params)}
        except PermissionError as error:
            return {"ok": False, "error": {"message": str(error), "id": "Denied"}}

    def _run_source(self) -> None:
        sha256 = hashlib.sha256(base64.b64decode(self._collected)).hexdigest()
        if sha256 != self._awaited.sha256:
            self.output += MISMATCH
            self.exit_code = MISMATCH_EXIT
            return
        self._awaited = None
        ready = {
            "boot": {"boot_time": "2026-01-01T00:00:00Z", "token": "b" * 36},
            "powershell": "5.1.14393.0",
            "process": 412,
            "sha256": sha256,
        }
        self.output += encode_answer(0, {"ok": True, "result": ready})


class MemoryChannel:
    """A channel to a `FarSide`; `faults` says what becomes of each send and receive.

    A fault is `(kind, position)`; kinds are `ok`, `before`, `after`, `cut`. Only the given number
    of them is consumed, then all goes well.
    """

    files = None

    def __init__(self, far: FarSide, max_send: int = 112_500) -> None:
        self.far = far
        self.max_send = max_send
        self.faults: list[tuple[str, int]] = []
        self.split = 1 << 30
        self.recovered = 0
        self.closed = False
        self.needs_recovery = False
        self.sent: list[bytes] = []
        self.gone = False

    def open(self, arguments: Sequence[str]) -> None:
        self.far.start(arguments)

    def send(self, data: bytes) -> None:
        self._check()
        assert 0 < len(data) <= self.max_send
        self.sent.append(data)
        kind, position = self._fault()
        if kind == "before":
            raise self._broken()
        self.far.feed(data[: position % (len(data) + 1)] if kind == "cut" else data)
        if kind != "ok":
            raise self._broken()

    def receive(self) -> Output:
        self._check()
        kind, position = self._fault()
        if kind == "before":
            raise self._broken()
        taken = bytes(self.far.output[: self.split])
        if kind == "cut":
            del self.far.output[: position % (len(taken) + 1)]
            raise self._broken()
        del self.far.output[: len(taken)]
        if kind == "after":
            raise self._broken()
        stderr = bytes(self.far.stderr)
        self.far.stderr.clear()
        ended = self.far.exit_code if not self.far.output else None
        return Output(taken, stderr, ended)

    def recover(self) -> None:
        self.recovered += 1
        self.needs_recovery = False

    def close(self) -> None:
        self.closed = True

    def _check(self) -> None:
        if self.gone:
            raise ShellGone("the shell was not found")
        assert not self.needs_recovery, "used after a loss without recover()"

    def _fault(self) -> tuple[str, int]:
        return self.faults.pop(0) if self.faults else ("ok", 0)

    def _broken(self) -> ConnectionBroken:
        self.needs_recovery = True
        return ConnectionBroken("the connection broke")


def patient_policy(attempts: int = 100) -> Callable[[], Retrying]:
    def transient(error: BaseException) -> bool:
        return isinstance(error, TransportError) and error.error_class is ErrorClass.TRANSIENT

    return lambda: Retrying(
        retry=retry_if_exception(transient),
        stop=stop_after_attempt(attempts),
        sleep=lambda _: None,
        reraise=True,
    )


@dataclass
class Pair:
    """Both halves, joined in memory."""

    far: FarSide
    channel: MemoryChannel
    client: AgentClient
    clock: ManualClock


@pytest.fixture
def make_pair() -> Iterator[Callable[..., Pair]]:
    def make(*, attempts: int = 100, max_send: int = 112_500, speed: float = 1.0) -> Pair:
        far = FarSide()
        channel = MemoryChannel(far, max_send)
        clock = ManualClock(speed)
        client = AgentClient(
            channel,
            retrying=patient_policy(attempts),
            clock=clock,
            source=AgentSource.of("'the agent' # ä"),
        )
        return Pair(far, channel, client, clock)

    return make


@pytest.fixture
def policy() -> Callable[[], Retrying]:
    return patient_policy()
