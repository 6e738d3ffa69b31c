"""The fault matrix in small, against the real agent in a PowerShell engine on this machine.

A seed makes a sequence of recorded calls and a job. While the controller works through it, the
agent's process is killed at random moments, and sometimes a runner's too; the controller starts
another agent and asks for the same again, as the engine does. Every script leaves a line in a file
for each time that it ran: that is what is counted in the end.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "contract"))

from provision.transport.errors import TransportError

LINES = 12
DEADLINE = 90.0


@dataclass(frozen=True)
class EngineVerdict:
    """How a seed's sequence ended.

    Args:
        kills: How many processes were killed.
        kind: `engine`, or `ssh` when the agent was at the other end of an SSH connection.
    """

    seed: int
    kills: int
    problems: tuple[str, ...]
    kind: str = "engine"

    def __str__(self) -> str:
        told = "; ".join(self.problems) or "as undisturbed"
        head = f"{self.kind}, seed {self.seed}, {self.kills} kills"
        return f"{head}: {told}\n  replay: {self.replay}"

    @property
    def replay(self) -> str:
        """The command that plays this seed alone."""
        return f"python tests/faults/replay.py {self.kind} {self.seed}"


class EngineCase:
    """One seed's sequence on one host.

    Args:
        host: An `EngineHost` whose agent runs.
    """

    def __init__(self, host: Any, seed: int) -> None:
        self.host = host
        self.seed = seed
        self.chance = random.Random(seed)
        self.place = Path(host.root) / f"seed-{seed}"
        self.place.mkdir(exist_ok=True)
        self.over = threading.Event()
        self.killed: list[str] = []

    def play(self) -> EngineVerdict:
        """Play it all."""
        killer = threading.Thread(target=self._kill)
        killer.start()
        try:
            problems = [problem for step in self._steps() for problem in step]
        finally:
            self.over.set()
            killer.join()
        return EngineVerdict(self.seed, len(self.killed), tuple(problems))

    def _steps(self) -> Iterator[Iterator[str]]:
        steps = [self._exec, self._powershell, self._job]
        self.chance.shuffle(steps)
        return (step() for step in steps)

    def _kill(self) -> None:
        chance = random.Random(-self.seed)
        for _ in range(chance.choice((1, 1, 2))):
            if self.over.wait(chance.uniform(0.0, 4.0)):
                return
            runners = [*self.host.data.glob(f"*/{self.name('*')}/process.json")]
            if runners and chance.random() < 0.4:
                self._kill_runner(chance.choice(runners))
            elif pid := self.host.channel and self.host.channel.pid:
                self.killed.append("agent")
                with suppress(OSError):
                    os.kill(pid, signal.SIGKILL)

    def _kill_runner(self, record: Path) -> None:
        with suppress(OSError, ValueError, KeyError):
            pid = json.loads(record.read_text(encoding="utf-8-sig"))["id"]
            self.killed.append(record.parent.name)
            os.kill(pid, signal.SIGKILL)

    def name(self, what: str) -> str:
        """The id of a call or job of this seed."""
        return f"{what}-of-{self.seed}"

    def _perform(self, op: str, **params: Any) -> dict[str, Any]:
        """Ask, of another agent when one was lost, until there is an answer."""
        limit = time.monotonic() + DEADLINE
        while True:
            try:
                if self.host.client is None:
                    self.host.start()
                answer: dict[str, Any] = self.host.perform(op, params)
                return answer
            except TransportError:
                self.host.close()
                assert time.monotonic() < limit, f"{op}: no answer in {DEADLINE} s"

    def _exec(self) -> Iterator[str]:
        file = self.place / "exec"
        pause = self.chance.choice((0.0, 0.3, 0.8))
        line = f"echo ran >> '{file}'; sleep {pause}; echo done >> '{file}'; echo said"
        answer = self._perform(
            "exec", program="sh", arguments=["-c", line], id=self.name("exec"), timeout=60
        )
        yield from self._judge_call("exec", file, answer, answer.get("stdout") == "said\n")

    def _powershell(self) -> Iterator[str]:
        file = self.place / "powershell"
        pause = self.chance.choice((0, 300, 800))
        script = (
            f"Add-Content -Path '{file}' -Value 'ran'; Start-Sleep -Milliseconds {pause}; "
            f"Add-Content -Path '{file}' -Value 'done'; 'said'"
        )
        answer = self._perform("powershell", script=script, id=self.name("powershell"), timeout=60)
        said = [each["text"] for each in answer.get("records", ()) if each["kind"] == "output"]
        yield from self._judge_call("powershell", file, answer, said == ["said"])

    def _judge_call(self, what: str, file: Path, answer: Any, said: bool) -> Iterator[str]:
        ran = file.read_text().split() if file.exists() else []
        whole = ran == ["ran", "done"]
        killed = self.name(what) in self.killed
        if ran.count("ran") > 1 or ran.count("done") > 1:
            yield f"{what} ran more than once: {ran}"
        if "error" in answer:
            if not (killed and answer["error"]["id"].startswith("CallLost")):
                yield f"{what} ended with {answer['error']}"
        elif not (whole and said) and not (killed and answer["exit_code"]):
            yield f"{what} left {ran} and answered {answer}"

    def _job(self) -> Iterator[str]:
        file = self.place / "job"
        pause = self.chance.choice((10, 40, 80))
        script = (
            f"Add-Content -Path '{file}' -Value 'ran'; foreach ($n in 1..{LINES}) {{ "
            f'"line $n"; Start-Sleep -Milliseconds {pause} }}; '
            f"Add-Content -Path '{file}' -Value 'done'"
        )
        job = self.name("job")
        self._perform("job.start", id=job, script=script)
        records: list[dict[str, Any]] = []
        limit = time.monotonic() + DEADLINE
        offset, state = 0, ""
        while state not in ("finished", "lost") and time.monotonic() < limit:
            answer = self._perform("job.poll", id=job, offset=offset, wait=0.3)
            state, offset = answer["state"], answer["next_offset"]
            records += answer["records"]
        said = [each["text"] for each in records if each["kind"] == "output"]
        expected = [f"line {number}" for number in range(1, LINES + 1)]
        ran = file.read_text().split() if file.exists() else []
        if job in self.killed:
            if ran.count("ran") > 1 or said != expected[: len(said)]:
                yield f"the killed job left {ran} and said {said}"
            if state == "lost" and not answer["evidence"]:
                yield "the killed job was lost without evidence"
            if state not in ("finished", "lost"):
                yield f"the killed job is {state!r}"
        elif (state, ran, said) != ("finished", ["ran", "done"], expected):
            yield f"the job is {state!r}, left {ran} and said {said}: {answer}"


def engine_host(folder: Path) -> Any:
    """A host with a running agent."""
    from engine_host import EngineHost

    from provision.model.host import SimulateSettings
    from provision.simulator.world.generations import starting_world

    host = EngineHost(folder)
    host.reset(starting_world(SimulateSettings()))
    host.start()
    return host


def close(host: Any) -> None:
    """End the agent and what it left."""
    host.end_jobs()
    host.close()
