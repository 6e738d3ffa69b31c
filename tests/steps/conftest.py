"""Plays whole steps against scripted answers, on a clock that only moves when somebody waits."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from provision.agent.operations import OPERATIONS
from provision.agent.operations.base import ChangeAnswer, ErrorRecord, Operation, OperationError
from provision.agent.operations.files import Kind
from provision.agent.operations.host import GetBoot, GetFacts, Restart
from provision.model.boot import BootIdentity
from provision.model.errors import ProvisionError, TaskError
from provision.model.facts import Facts
from provision.model.host import SimulateSettings
from provision.model.outcome import StepResult
from provision.simulator.machine import OperationRefused, WentDown
from provision.simulator.world.simulated_host import SimulatedHost
from provision.steps.effect import (
    Call,
    CallMany,
    CurrentBoot,
    Effect,
    Elapsed,
    Evaluate,
    ExpectRestarts,
    Progress,
    ReadLocalFile,
    Render,
    Restarted,
    RestartHost,
    Sleep,
    Upload,
)
from provision.steps.errors import DownloadError, WrongHash
from provision.steps.registry import STEPS
from provision.steps.step import Step, StepContext
from provision.steps.transfer import (
    DownloadFile,
    DownloadFolder,
    LocalLook,
    LookLocally,
    Relay,
    Sent,
    UploadFile,
    UploadFolder,
)

Script = Mapping[str, Any]
"""For each operation: its answer, a list of answers, a refusal, or a function of the operation."""


FIRST_BOOT = {"boot_time": "2016-01-16T09:00:00Z", "token": "boot-1"}


@dataclass
class Player:
    """A small runner: carries effects out, and writes down what was asked for."""

    script: Script
    files: dict[str, bytes] = field(default_factory=dict)
    web: dict[str, bytes] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    facts: Facts | None = None
    run: str = "run-1"
    key: str = "01-task"
    now: float = 0.0
    boot: BootIdentity = field(default_factory=lambda: BootIdentity.model_validate(FIRST_BOOT))
    exchanges: int = 0
    asked: list[Operation[Any]] = field(default_factory=list)
    checked: list[bool] = field(default_factory=list)
    progress: list[Progress] = field(default_factory=list)
    restarts: list[str] = field(default_factory=list)
    restarts_expected: bool = False
    begun: frozenset[str] = frozenset()
    reruns: int = 0
    sent: dict[str, bytes] = field(default_factory=dict)
    carried: list[UploadFolder | DownloadFile | DownloadFolder] = field(default_factory=list)

    def play(
        self, name: str, params: Any, *, check: bool = False, timeout: float | None = None
    ) -> StepResult:
        """Play a step as a playbook would write it."""
        kind = STEPS[name]
        step: Step = kind.model_validate(kind.from_written(params))
        return self.play_step(step, check=check, timeout=timeout)

    def play_step(self, step: Step, *, check: bool, timeout: float | None) -> StepResult:
        """Play a step that is made already."""
        context = StepContext(
            check=check,
            facts=self._facts(),
            run=self.run,
            key=self.key,
            timeout=timeout,
            begun=self.begun,
            reruns=self.reruns,
        )
        procedure = step.run(context)
        send: Any = None
        error: ProvisionError | None = None
        while True:
            try:
                effect = procedure.throw(error) if error else procedure.send(send)
            except StopIteration as end:
                result: StepResult = end.value
                return result
            send, error = None, None
            try:
                send = self.carry_out(effect)
            except ProvisionError as raised:
                error = raised

    def carry_out(self, effect: Effect) -> Any:
        """Give one effect's result."""
        match effect:
            case Call():
                self.exchanges += 1
                return self._answer(effect.operation, effect.check)
            case CallMany():
                self.exchanges += 1
                return tuple(self._or_refusal(op, effect.check) for op in effect.operations)
            case RestartHost():
                return self._restart(effect.reason)
            case ExpectRestarts():
                self.restarts_expected = True
                return None
            case CurrentBoot():
                return self.boot
            case Sleep():
                self.now += effect.seconds
                return None
            case Elapsed():
                return self.now
            case Progress():
                self.progress.append(effect)
                return None
            case ReadLocalFile():
                if effect.path not in self.files:
                    raise TaskError(f"cannot read {effect.path}: No such file or directory")
                return self.files[effect.path]
            case Upload():
                assert not effect.check
                return self._send(effect.content, effect.path).change
            case LookLocally():
                return self._look(effect.path)
            case UploadFile():
                assert not effect.check
                self._look(effect.local)
                content = self.files[effect.local]
                self._expect(content, effect.sha256, effect.local)
                return self._send(content, effect.path)
            case Relay():
                return self._send(self._fetch(effect), effect.path)
            case UploadFolder() | DownloadFile() | DownloadFolder():
                self.carried.append(effect)
                return self.script[type(effect).__name__]
            case Render():
                return effect.text.replace("{{ name }}", self.variables["name"])
            case Evaluate():
                return self.variables[effect.expression]

    def says(self, text: str) -> bool:
        """Whether some progress line contains a text."""
        return any(text in line.text for line in self.progress)

    def _or_refusal(self, operation: Operation[Any], check: bool) -> Any:
        try:
            return self._answer(operation, check)
        except OperationError as error:
            return error

    def _answer(self, operation: Operation[Any], check: bool) -> Any:
        self.asked.append(operation)
        self.checked.append(check)
        answer = self.script[operation.name]
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if callable(answer):
            answer = answer(operation)
        if isinstance(answer, ErrorRecord):
            raise OperationError(operation.name, answer)
        if isinstance(answer, dict):
            answer = OPERATIONS[operation.name].answer.model_validate(answer)
        return answer

    def _look(self, path: str) -> LocalLook:
        if path in self.files:
            return LocalLook(kind=Kind.FILE, bytes=len(self.files[path]))
        if any(name.startswith(f"{path}/") for name in self.files):
            return LocalLook(kind=Kind.FOLDER, bytes=0)
        raise TaskError(f"cannot read {path}: No such file or directory")

    def _send(self, content: bytes, path: str) -> Sent:
        self.exchanges += 1
        self.sent[path] = content
        sha256 = hashlib.sha256(content).hexdigest()
        change = changed({"kind": "absent"}, {"kind": "file", "sha256": sha256})
        return Sent(change=change, sha256=sha256, bytes=len(content))

    def _fetch(self, effect: Relay) -> bytes:
        content = self.web.get(effect.url)
        if content is None:
            raise DownloadError(f"{effect.url}: HTTP 404 Not Found", resolution="Correct it.")
        self._expect(content, effect.sha256, effect.url)
        return content

    def _expect(self, content: bytes, sha256: str | None, what: str) -> None:
        found = hashlib.sha256(content).hexdigest()
        if sha256 is not None and found != sha256.lower():
            raise WrongHash(f"{what} has the SHA-256 {found}, and the playbook says {sha256}")

    def _restart(self, reason: str) -> Restarted:
        old = self.boot
        self.restarts.append(reason)
        self.now += 200
        self.boot = BootIdentity(boot_time=old.boot_time, token=f"boot-{len(self.restarts) + 1}")
        return Restarted(old=old, new=self.boot, seconds=200.0)

    def _facts(self) -> Facts:
        return self.facts or Facts.model_validate(facts(boot=self.boot.model_dump()))


class HandMoved:
    """Time that passes at once, as far as somebody waits for it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        """See `RealTime`."""
        return self.seconds

    async def wait(self, seconds: float | None, _wake: asyncio.Event) -> None:
        """See `RealTime`: nothing else goes on that could wake anybody."""
        assert seconds is not None, "nothing will ever happen in this world"
        self.seconds += seconds
        await asyncio.sleep(0)


class SimulatedPlayer(Player):
    """Plays steps against the simulated host, through its restarts, as the runner would."""

    def __init__(self, **knobs: Any) -> None:
        super().__init__({})
        self.time = HandMoved()
        world = knobs.pop("world", None)
        self.host = SimulatedHost(SimulateSettings(speed=1, **knobs), time=self.time, world=world)
        self.loop = asyncio.new_event_loop()
        self.connect()

    def connect(self) -> None:
        """Wait until the host answers and has settled; take note of its boot."""
        while True:
            power = self.host.power()
            if power.listening and power.accounts:
                answer = self._perform(GetBoot(), check=False)
                if answer.settled:
                    break
            self.time.seconds += 5
        self.number, self.boot = power.boot, answer.boot
        self.facts = Facts.model_validate(self._perform(GetFacts(), check=False).model_dump())

    def carry_out(self, effect: Effect) -> Any:
        """See `Player`: waits move the host's time."""
        before = self.now
        result = super().carry_out(effect)
        if isinstance(effect, Sleep):
            self.time.seconds += self.now - before
        self.now = self.time.seconds
        return result

    def _answer(self, operation: Operation[Any], check: bool) -> Any:
        self.asked.append(operation)
        while True:
            power = self.host.power()
            if power.boot != self.number or not power.listening:
                self.connect()
            try:
                answer = self._perform(operation, check=check)
            except WentDown:
                pass
            except OperationRefused as refused:
                raise OperationError(operation.name, refused.record) from None
            else:
                power = self.host.power()
                if power.boot == self.number and power.listening:
                    return answer
            assert operation.can_repeat()

    def _restart(self, reason: str) -> Restarted:
        old, began = self.boot, self.time.seconds
        self.restarts.append(reason)
        self._perform(Restart(reason=reason, boot=old), check=False)
        while self.host.power().boot == self.number:
            self.time.seconds += 5
        self.connect()
        return Restarted(old=old, new=self.boot, seconds=self.time.seconds - began)

    def _perform(self, operation: Operation[Any], *, check: bool) -> Any:
        params = operation.model_dump(mode="json")
        answer = self.host.perform(operation.name, params, check)
        return operation.parse(self.loop.run_until_complete(answer))


def facts(**others: Any) -> dict[str, Any]:
    """Facts of a TP4 host."""
    return {
        "computer_name": "WIN-TP4",
        "machine_id": "0",
        "os_caption": "Windows Server 2016 Technical Preview 4",
        "os_version": "10.0.10586",
        "os_build": 10586,
        "culture": "en-US",
        "powershell_version": "5.0.10586.0",
        "processors": 2,
        "memory_bytes": 2684354560,
        "free_disk_bytes": 42949672960,
        "user": "Administrator",
        "elevated": True,
        "addresses": ["192.0.2.10/24"],
        "pending_restart": [],
        "time": "2016-01-16T09:30:00Z",
        "boot": FIRST_BOOT,
        **others,
    }


def changed(before: Any, after: Any, **others: Any) -> Any:
    """A `ChangeAnswer` that changed something if both differ."""
    return ChangeAnswer(changed=before != after, before=before, after=after, **others)


@pytest.fixture
def player() -> Callable[..., Player]:
    """Makes players."""
    return Player


@pytest.fixture
def simulated() -> Iterator[Callable[..., SimulatedPlayer]]:
    """Makes players against simulated hosts."""
    made: list[SimulatedPlayer] = []

    def make(**knobs: Any) -> SimulatedPlayer:
        made.append(SimulatedPlayer(**knobs))
        return made[-1]

    yield make
    for one in made:
        one.loop.run_until_complete(one.host.close())
        one.loop.close()


@pytest.fixture
def host_facts() -> Callable[..., dict[str, Any]]:
    """Makes facts."""
    return facts
