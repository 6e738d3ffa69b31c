"""Command lines in processes of their own, forked off a warm one or started from nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).parent
DROPPED = ("NO_COLOR", "FORCE_COLOR", "PROVISION_DEBUG", "REQUESTS_CA_BUNDLE", "COLUMNS")


class Child:
    """One running command line.

    Args:
        out: Where its standard output goes; standard error goes to a file beside it.
    """

    def __init__(self, pid: int, out: Path) -> None:
        self.pid = pid
        self.out = out
        self._ended = threading.Event()
        self._code = 0

    def end(self, code: int) -> None:
        self._code = code
        self._ended.set()

    @property
    def running(self) -> bool:
        return not self._ended.is_set()

    def wait(self, seconds: float) -> int:
        """Give the exit code; a process that takes longer shows its stack and is killed."""
        if not self._ended.wait(seconds):
            self.signal(signal.SIGUSR1)
            self._ended.wait(0.5)
            self.signal(signal.SIGKILL)
            self._ended.wait(10)
            raise TimeoutError(f"not ended after {seconds} s:\n{self.text()[-3000:]}")
        return self._code

    def signal(self, number: int) -> None:
        if self.running:
            os.kill(self.pid, number)

    def text(self) -> str:
        """Both outputs."""
        return self.out.read_text() + self.out.with_suffix(".err").read_text()


class Zygote:
    """Forks command lines; see `fault_zygote`."""

    def __init__(self) -> None:
        environment = {name: value for name, value in os.environ.items() if name not in DROPPED}
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "fault_zygote.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._answered = threading.Condition(self._lock)
        self._starts: list[int] = []
        self._early: dict[int, int] = {}
        self._children: dict[int, Child] = {}
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._ready.wait(60):
            raise TimeoutError("the warm process does not come up")

    def start(
        self, arguments: Sequence[str], folder: Path, out: str, environment: Mapping[str, str]
    ) -> Child:
        """Run `provision` with these arguments in a folder, where its outputs go too."""
        path = folder / f"{out}.out"
        order = {
            "argv": list(arguments),
            "cwd": str(folder),
            "env": dict(environment),
            "out": str(path),
            "err": str(path.with_suffix(".err")),
        }
        path.touch()
        path.with_suffix(".err").touch()
        assert self._process.stdin
        with self._asking, self._lock:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()
            if not self._answered.wait_for(lambda: bool(self._starts), 30):
                raise TimeoutError("the warm process does not answer")
            pid = self._starts.pop()
            child = self._children[pid] = Child(pid, path)
            if pid in self._early:
                child.end(self._early.pop(pid))
            return child

    def close(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(30)
        self._reader.join(10)
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            answer = json.loads(line)
            with self._lock:
                if "ready" in answer:
                    self._ready.set()
                elif "code" not in answer:
                    self._starts.append(answer["pid"])
                    self._answered.notify_all()
                elif child := self._children.pop(answer["pid"], None):
                    child.end(answer["code"])
                else:
                    self._early[answer["pid"]] = answer["code"]
