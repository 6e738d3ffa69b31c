"""The fault matrix in small, with the real agent at the other end of a real SSH connection.

The sequences are those of `engine_cases`. A seed chooses the faults and the exchanges before which
they strike: connections are killed, sshd is killed and comes back, or the controller, which is
another process then, is killed and run again. What is counted in the end is what the scripts left.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "transport"))

from engine_cases import EngineCase, EngineVerdict
from ssh_engine import host_over_ssh, settings_for
from ssh_server import Sshd

from provision.model.host import SimulateSettings
from provision.model.ssh import SSHSettings
from provision.simulator.world.generations import starting_world
from provision.transport.channel import Channel, FileChannel, Output
from provision.transport.ssh import SSHConnector
from provision.transport.ssh_identity import Secrets

KINDS = ("cut", "sshd", "controller")
LAST_EXCHANGE = 24
AWAY = 0.4
SECONDS = 120


class Watched:
    """A channel that tells of each exchange before it is made."""

    def __init__(self, inner: Channel, tell: Callable[[], None]) -> None:
        self._inner = inner
        self._tell = tell
        self.max_send = inner.max_send

    @property
    def files(self) -> FileChannel | None:
        return self._inner.files

    def open(self, arguments: Sequence[str]) -> None:
        self._tell()
        self._inner.open(arguments)

    def send(self, data: bytes) -> None:
        self._tell()
        self._inner.send(data)

    def receive(self) -> Output:
        self._tell()
        return self._inner.receive()

    def recover(self) -> None:
        self._inner.recover()

    def close(self) -> None:
        self._inner.close()


class Struck:
    """Makes channels, and strikes before some exchanges, counted over all of them."""

    def __init__(self, settings: SSHSettings, strike: Callable[[], None], at: set[int]) -> None:
        self._connector = SSHConnector(settings, Secrets(), wait=1.0)
        self._strike = strike
        self._at = at
        self._count = 0
        self.struck = 0

    @property
    def address(self) -> str:
        return self._connector.address

    def channel(self) -> Watched:
        return Watched(self._connector.channel(), self._tell)

    def _tell(self) -> None:
        self._count += 1
        if self._count in self._at:
            self.struck += 1
            self._strike()


class SSHCase(EngineCase):
    """A sequence without the engine's own kills."""

    def _kill(self) -> None:
        """The faults come by exchanges."""


class SSHBench:
    """One sshd and one host behind it, for any number of seeds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "host"
        self._sshd = Sshd(folder / "sshd")
        self._back: threading.Timer | None = None
        host = host_over_ssh(self._folder, self._sshd)
        host.reset(starting_world(SimulateSettings()))
        self._sshd.environment(host.environment())

    def __enter__(self) -> SSHBench:
        return self

    def __exit__(self, *_: object) -> None:
        self._wait_until_back()
        host_over_ssh(self._folder, self._sshd).end_jobs()
        self._sshd.stop()

    def play(self, seed: int) -> EngineVerdict:
        """Play one seed."""
        chance = random.Random(seed)
        kind = KINDS[seed % len(KINDS)]
        at = {chance.randint(1, LAST_EXCHANGE) for _ in range(chance.choice((1, 2, 3)))}
        if kind == "controller":
            return self._controllers(seed, sorted(at))
        strike = self._sshd.kill_sessions if kind == "cut" else self._restart
        struck = Struck(settings_for(self._sshd), strike, at)
        host = _host(self._folder, struck)
        try:
            verdict = SSHCase(host, seed).play()
        finally:
            host.close()
        return EngineVerdict(seed, struck.struck, verdict.problems, "ssh")

    def _restart(self) -> None:
        self._wait_until_back()
        self._sshd.stop()
        self._back = threading.Timer(AWAY, self._sshd.start)
        self._back.start()

    def _wait_until_back(self) -> None:
        if self._back is not None:
            self._back.join()

    def _controllers(self, seed: int, deaths: Sequence[int]) -> EngineVerdict:
        """Run controllers, each of which dies before an exchange, and one that comes through."""
        settings = settings_for(self._sshd).model_dump(mode="json")
        killed = 0
        for death in (*deaths, 0):
            order = json.dumps([str(self._folder), settings, seed, death])
            ended = subprocess.run(
                [sys.executable, __file__],
                input=order,
                capture_output=True,
                text=True,
                timeout=SECONDS,
            )
            if ended.returncode == -signal.SIGKILL:
                killed += 1
                continue
            problems = json.loads(ended.stdout) if ended.returncode == 0 else [ended.stderr]
            if problems or not death:
                break
        return EngineVerdict(seed, killed, tuple(problems), "ssh")


def _host(folder: Path, connector: Struck) -> Any:
    from engine_host import EngineHost

    return EngineHost(folder, connect=lambda _: connector)


def main() -> int:
    """Be a controller; the order comes from standard input."""
    folder, settings, seed, death = json.loads(sys.stdin.read())
    connector = Struck(
        SSHSettings.model_validate(settings),
        lambda: os.kill(os.getpid(), signal.SIGKILL),
        {death} - {0},
    )
    host = _host(Path(folder), connector)
    try:
        print(json.dumps(SSHCase(host, seed).play().problems))
    finally:
        host.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
