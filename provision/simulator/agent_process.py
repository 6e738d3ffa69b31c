"""The agent's far side: what a host's agent does, answered by a `Machine`.

Input lines are first the agent's source in base64, and after that requests. They are carried out
one at a time and in their order, each number at most once; a number that comes again gets the kept
answer. The source is checked and never run.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import logging
from collections import OrderedDict, deque

from pydantic import ValidationError

from provision.agent.bootstrap import MISMATCH, MISMATCH_EXIT, Bootstrap
from provision.agent.frame import (
    BadFrame,
    LineReader,
    decode_request,
    encode_answer,
    request_parts,
)
from provision.agent.operations import OPERATIONS
from provision.agent.operations.base import ErrorRecord
from provision.model.outcome import Json
from provision.simulator.machine import Machine, OperationRefused, WentDown
from provision.simulator.pipe import OutputPipe
from provision.simulator.program import CONTROL_C_EXIT

KEPT_ANSWERS = 64
KEPT_BYTES = 8 * 1024 * 1024
_HELD_INPUT = 32 * 1024 * 1024

_log = logging.getLogger(__name__)


class AgentProcess:
    """One agent, from its bootstrap to the end of its input."""

    def __init__(self, machine: Machine, bootstrap: Bootstrap, pipe: OutputPipe) -> None:
        self._machine = machine
        self._bootstrap = bootstrap
        self._pipe = pipe
        self._reader = LineReader()
        self._source: list[bytes] | None = []
        self._lines: deque[bytes] = deque()
        self._held = 0
        self._ended = False
        self._input = asyncio.Event()
        self._room = asyncio.Event()
        self._answers: OrderedDict[int, bytes] = OrderedDict()
        self._kept = 0
        self._done = 0
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def write(self, data: bytes, *, end: bool) -> None:
        """Read more input; waits while more than 32 MB of it is not yet carried out."""
        while self._held > _HELD_INPUT:
            self._room.clear()
            await self._room.wait()
        for line, _cut in self._reader.feed(data):
            self._lines.append(line)
            self._held += len(line)
        self._ended = self._ended or end
        self._input.set()

    def interrupt(self) -> None:
        """Ctrl+C ends a PowerShell that runs a command."""
        self._task.cancel()
        self._pipe.finish(CONTROL_C_EXIT)

    def close(self) -> None:
        """End at once, in the middle of whatever is being carried out."""
        self._task.cancel()

    async def wait_closed(self) -> None:
        """Return when the machine is left alone."""
        await asyncio.wait([self._task])

    async def _run(self) -> None:
        while True:
            while not self._lines:
                if self._ended:
                    self._pipe.finish(0)
                    return
                self._input.clear()
                await self._input.wait()
            line = self._lines.popleft()
            self._held -= len(line)
            self._room.set()
            if self._source is not None:
                if not self._collect(self._source, line):
                    return
                continue
            try:
                await self._answer(line)
            except WentDown:
                return

    def _collect(self, source: list[bytes], line: bytes) -> bool:
        source.append(line.strip(b"\xef\xbb\xbf \r"))
        if sum(map(len, source)) < self._bootstrap.length:
            return True
        self._source = None
        try:
            digest = hashlib.sha256(base64.b64decode(b"".join(source), validate=True)).hexdigest()
        except (binascii.Error, ValueError):
            digest = ""
        if digest != self._bootstrap.sha256:
            self._pipe.write("stdout", MISMATCH)
            self._pipe.finish(MISMATCH_EXIT)
            return False
        ready: dict[str, Json] = {**self._machine.agent_ready(), "sha256": digest}
        self._pipe.write("stdout", encode_answer(0, {"ok": True, "result": ready}))
        return True

    async def _answer(self, line: bytes) -> None:
        parts = request_parts(line)
        if parts is None or parts[0] == 0:
            if line.strip():
                shown = line[:80].decode("ascii", "replace")
                self._pipe.write("stderr", f"agent: not a request: {shown}\r\n".encode())
            return
        number = parts[0]
        if number > self._done:
            self._done = number
            self._keep(number, await self._carry_out(number, line))
        answer = self._answers.get(number)
        if answer is None:
            text = f"the answer to request {number} is no longer kept"
            answer = _refusal(number, ErrorRecord(message=text, id="AnswerForgotten"))
        self._pipe.write("stdout", answer)

    def _keep(self, number: int, answer: bytes) -> None:
        self._answers[number] = answer
        self._kept += len(answer)
        while len(self._answers) > 1 and (
            len(self._answers) > KEPT_ANSWERS or self._kept > KEPT_BYTES
        ):
            self._kept -= len(self._answers.popitem(last=False)[1])

    async def _carry_out(self, number: int, line: bytes) -> bytes:
        try:
            request = decode_request(line)
        except BadFrame as error:
            return _refusal(number, ErrorRecord(message=error.brief, id="BadRequest"))
        operation = OPERATIONS.get(request.op)
        if operation is None:
            text = f"there is no operation {request.op}"
            return _refusal(number, ErrorRecord(message=text, id="UnknownOperation"))
        try:
            operation.model_validate(request.params)
            result = await self._machine.perform(request.op, request.params, request.check)
            return encode_answer(number, {"ok": True, "result": result})
        except WentDown:
            raise
        except OperationRefused as refused:
            return _refusal(number, refused.record)
        except ValidationError as error:
            return _refusal(number, ErrorRecord(message=str(error), id="BadRequest"))
        except Exception as error:  # A bug in the world must not look like a lost connection.
            _log.exception("the simulated host failed at %s", request.op)
            text = f"the simulator failed: {error!r}"
            return _refusal(number, ErrorRecord(message=text, id="SimulatorFailed"))


def _refusal(number: int, record: ErrorRecord) -> bytes:
    return encode_answer(number, {"ok": False, "error": record.model_dump()})
