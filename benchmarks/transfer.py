"""How fast files travel over WinRM on loopback, beside what other tools do at the same endpoint.

    python benchmarks/transfer.py [MEGABYTES]

The simulated host runs in another process. With a real PowerShell named `powershell` on PATH, the
real agent answers too, behind the same server, and other tools' scripts have something to run in.
Each figure is the better of two times; all come from one run, so that their ratios mean something.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

if not __package__:  # Run by its path: this folder would hide the library of the same name.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from benchmarks.far_side import PASSWORD, engine_environment, serve
from benchmarks.peers import PEERS, CannotRun
from provision.agent.client import AgentClient
from provision.agent.operations.files import FileEnsure, Kind
from provision.agent.source import AgentSource, agent_source
from provision.engine import retry
from provision.engine.clock import HostClock
from provision.engine.interruption import Interruption
from provision.engine.transfer.download import download
from provision.engine.transfer.source import open_file
from provision.engine.transfer.upload import upload
from provision.engine.transfer.watch import Watch
from provision.model.host import Authentication, Scheme, WinRMSettings
from provision.model.secret import Secret
from provision.transport.winrm import WinRMConnector

TIMES = 2


class Rows:
    """Figures as they come; the first one is what the others are compared with."""

    def __init__(self) -> None:
        self._first = 0.0
        print(f"{'':58} {'MB/s':>8} {'ratio':>8}")

    def add(self, what: str, rate: float) -> None:
        """Show a figure, in MB/s."""
        self._first = self._first or rate
        print(f"{what:58} {rate:8.3g} {rate / self._first:8.3g}", flush=True)

    def skip(self, what: str, why: str) -> None:
        """Show why there is no figure."""
        print(f"{what:58} {'-':>8}   {why}", flush=True)


@contextmanager
def far_side(environment: dict[str, str]) -> Iterator[int]:
    """Run the server in another process; gives its port."""
    here, there = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=serve, args=(there, environment), daemon=True)
    process.start()
    try:
        yield _port(here)
    finally:
        here.close()
        process.join(timeout=10)
        if process.is_alive():
            process.terminate()


def _port(pipe: Connection) -> int:
    port: int = pipe.recv()
    return port


@contextmanager
def agent(port: int, auth: Authentication, source: AgentSource) -> Iterator[AgentClient]:
    """Connect as provision does."""
    settings = WinRMSettings(address="127.0.0.1", port=port, scheme=Scheme.HTTP, auth=auth)
    clock = HostClock()
    client = AgentClient(
        WinRMConnector(settings, "127.0.0.1", port, Secret(PASSWORD)).channel(),
        retrying=lambda: retry.in_place(clock),
        clock=clock,
        source=source,
    )
    try:
        client.start()
        yield client
    finally:
        client.close()


def there_and_back(rows: Rows, what: str, client: AgentClient, path: Path, far: str) -> None:
    """Measure one file in both directions."""
    clock = HostClock()
    watch = Watch(clock, Interruption(clock), lambda _: None, lambda: 0.0)
    size, back = path.stat().st_size, path.with_suffix(".back")
    rates: dict[str, list[float]] = {"up": [], "down": []}
    for _ in range(TIMES):
        client.call(FileEnsure(path=far, state=Kind.ABSENT))
        back.unlink(missing_ok=True)
        began = time.perf_counter()
        with open_file(path, path.name) as source:
            upload(client, source, far, watch)
        between = time.perf_counter()
        download(client, far, back, watch)
        ended = time.perf_counter()
        rates["up"].append(size / (between - began) / 1e6)
        rates["down"].append(size / (ended - between) / 1e6)
        if back.read_bytes() != path.read_bytes():
            raise SystemExit(f"{what}: what came back is something else")
    for direction, found in rates.items():
        rows.add(f"{what}, {direction}", max(found))


def peer(rows: Rows, what: str, work: Callable[[], int]) -> None:
    """Measure another tool; its work gives the bytes that it carried."""
    try:
        rates = []
        for _ in range(TIMES):
            began = time.perf_counter()
            size = work()
            rates.append(size / (time.perf_counter() - began) / 1e6)
    except CannotRun as reason:
        rows.skip(what, str(reason))
    else:
        rows.add(what, max(rates))


def main() -> None:
    """Measure, and print one table."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 64
    rows = Rows()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        noise, text = folder / "noise", folder / "text"
        with noise.open("wb") as one, text.open("wb") as other:
            for number in range(megabytes):
                one.write(os.urandom(1_000_000))
                lines = [
                    f"{number}: line {line} of a log, {line % 97} ms\n" for line in range(40_000)
                ]
                other.write("".join(lines).encode()[:1_000_000])
        environment = engine_environment(folder)
        with far_side(environment) as port:
            simulated = agent_source()
            for auth in (Authentication.BASIC, Authentication.NTLM):
                with agent(port, auth, simulated) as client:
                    label = f"provision, simulated host, {auth.value}"
                    there_and_back(rows, f"{label}, random", client, noise, "C:\\noise")
                    there_and_back(rows, f"{label}, text", client, text, "C:\\text")
            if environment:
                real = AgentSource.of(f"# The real one.\n{simulated.text}")
                with agent(port, Authentication.BASIC, real) as client:
                    far = str(folder / "far" / "noise")
                    there_and_back(
                        rows, "provision, real agent in PowerShell, random", client, noise, far
                    )
            else:
                rows.skip("provision, real agent in PowerShell", "no `powershell` on PATH")
            for what, work in PEERS:
                peer(rows, what, lambda work=work: work(port, noise, folder))  # type: ignore[misc]


if __name__ == "__main__":
    main()
