"""What a run of quick tasks costs, beside pywinrm's `run_ps` for the same tasks in the same run.

    python benchmarks/requests.py

The simulator and a counting relay before it run in another process, so that the processor time is
the client's alone. All take turns, several times; the figures are medians, and so are the ratios,
each of one turn, since a machine is not equally fast all the time. `run_ps` needs a real PowerShell
on PATH for the simulator to run.
"""

from __future__ import annotations

import itertools
import multiprocessing
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

if not __package__:  # Run by its path: this folder would hide the library of the same name.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from benchmarks.relay import Counts, Relay
from provision.cli.compose import Project, make_runner
from provision.cli.link import Link
from provision.cli.located import Located
from provision.cli.notebook import open_memory
from provision.engine.clock import HostClock
from provision.engine.run import RunOptions
from provision.journal.observer import JournalObserver
from provision.model.host import Authentication, Host, Scheme, SimulateSettings, WinRMSettings
from provision.model.secret import Secret
from provision.playbook.loader import load_playbook
from provision.simulator.thread import SimulatorServer
from provision.simulator.world.simulated_host import SimulatedHost
from provision.steps.registry import STEPS
from provision.transport.winrm import WinRMConnector

TASKS = 20
TURNS = 5

WHOLE = "provision, whole run"
FURTHER = "provision, each further task"
UNJOURNALED = "without journal and lease"
PEER = "pywinrm run_ps"

_numbers = itertools.count(0, 1000)
_USER, _PASSWORD = "Administrator", "benchmark"


@dataclass(frozen=True, slots=True)
class Cost:
    """What some work cost."""

    requests: float
    connections: float
    kilobytes: float
    milliseconds: float


def serve(pipe: Connection) -> None:
    """Serve a simulated host behind a relay; answers each message with the counts so far."""
    machine = SimulatedHost(SimulateSettings(speed=1))
    with (
        SimulatorServer(machine, accounts={_USER: _PASSWORD}) as server,
        Relay(server.port) as relay,
    ):
        pipe.send(relay.port)
        while pipe.recv():
            pipe.send(relay.counts())


def measure(pipe: Connection, work: Callable[[], None], per: int) -> Cost:
    """Give what the work cost, divided by a number of tasks."""

    def counts() -> Counts:
        pipe.send(True)
        found: Counts = pipe.recv()
        return found

    before, began = counts(), time.process_time()
    work()
    spent, after = time.process_time() - began, counts()
    return Cost(
        (after.requests - before.requests) / per,
        (after.connections - before.connections) / per,
        (after.octets - before.octets) / 1024 / per,
        spent * 1000 / per,
    )


def run_playbook(port: int, folder: Path, count: int, *, journaled: bool = True) -> None:
    """Run a playbook of so many small files, none of which is there yet.

    Args:
        folder: The project's: its journal goes on from run to run.
    """
    begin = next(_numbers)
    path = folder / f"benchmark-{begin}.yml"
    tasks = [
        f"  - name: file {n}\n    file: {{path: 'C:\\bench\\{n}.txt', content: 'number {n}'}}\n"
        for n in range(begin, begin + count)
    ]
    path.write_text("tasks:\n" + "".join(tasks), encoding="utf-8")
    settings = WinRMSettings(
        address="127.0.0.1", port=port, scheme=Scheme.HTTP, auth=Authentication.NTLM
    )
    password = Secret(_PASSWORD)
    connector = WinRMConnector(settings, "127.0.0.1", port, password)
    link = Link(connector, HostClock(), settings.connect_timeout)
    project = Project(
        Located(Host(name="bench", winrm=settings), folder),
        load_playbook(path, path.name, STEPS),
    )
    options = RunOptions()
    remembering = open_memory(project, options, f"run-{begin}", fresh=True, journaled=journaled)
    with remembering as (memory, journal):
        observers = [JournalObserver(journal, memory.id)] if journal else []
        result = make_runner(project, options, link, observers, memory).run()
    if result.counts.get("changed") != count:
        raise SystemExit(f"the run did not do its work: {result}")


def run_ps(port: int, count: int) -> None:
    """Do the same with pywinrm's `run_ps`."""
    import winrm

    session = winrm.Session(
        f"http://127.0.0.1:{port}/wsman", auth=(_USER, _PASSWORD), transport="ntlm"
    )
    with tempfile.TemporaryDirectory() as folder:
        for n in range(count):
            target = Path(folder) / f"{n}.txt"
            answer = session.run_ps(f"[IO.File]::WriteAllText('{target}', 'number {n}')")
            if answer.status_code != 0 or not target.exists():
                raise SystemExit(f"run_ps did not do its work: {answer.std_err!r}")


def start_time(arguments: list[str]) -> float:
    """Give the median of a process's whole time, in milliseconds."""
    times = []
    for _ in range(9):
        began = time.perf_counter()
        subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def take_turns(pipe: Connection, port: int, folder: Path, *, peer: bool) -> dict[str, list[Cost]]:
    """Measure everything in turns; gives the costs of each for one task."""
    costs: dict[str, list[Cost]] = {}
    for _ in range(TURNS):
        for name, journaled in ((FURTHER, True), (UNJOURNALED, False)):
            work = partial(run_playbook, port, folder, journaled=journaled)
            whole = measure(pipe, partial(work, TASKS), TASKS)
            longer = measure(pipe, partial(work, 6 * TASKS), TASKS)
            if journaled:
                costs.setdefault(WHOLE, []).append(whole)
            costs.setdefault(name, []).append(_fifth(longer, whole))
        if peer:
            costs.setdefault(PEER, []).append(measure(pipe, partial(run_ps, port, TASKS), TASKS))
    return costs


def middle(costs: Iterable[Cost]) -> Cost:
    """Give the median of each figure."""
    return Cost(*(statistics.median(figures) for figures in zip(*map(astuple, costs), strict=True)))


def main() -> None:
    """Measure and print."""
    context = multiprocessing.get_context("spawn")
    pipe, other = context.Pipe()
    server = context.Process(target=serve, args=(other,), daemon=True)
    server.start()
    port = pipe.recv()
    peer = bool(shutil.which("powershell") or shutil.which("pwsh"))
    if not peer:
        print("run_ps is left out: there is no powershell or pwsh on PATH to run it\n")
    with tempfile.TemporaryDirectory() as folder:
        run_playbook(port, Path(folder), 1)
        costs = take_turns(pipe, port, Path(folder), peer=peer)
    pipe.send(False)
    server.join(10)

    print(f"{TASKS} quick tasks, NTLM over http; each figure is for one task\n")
    print(f"{'':<34}{'requests':>10}{'connections':>13}{'KB':>8}{'client CPU':>13}", end="")
    print(f"{'run_ps / this':>16}" if peer else "")
    for name, turns in costs.items():
        cost = middle(turns)
        pairs = zip(turns, costs[PEER], strict=True) if peer else ()
        ratios = [theirs.milliseconds / ours.milliseconds for ours, theirs in pairs]
        print(
            f"{name:<34}{cost.requests:>10.2f}{cost.connections:>13.2f}"
            f"{cost.kilobytes:>8.1f}{cost.milliseconds:>10.2f} ms",
            end=f"{statistics.median(ratios):>16.1f}\n" if ratios else "\n",
        )
    help_time = start_time([sys.executable, "-m", "provision", "--help"])
    bare_time = start_time([sys.executable, "-c", "pass"])
    print(f"\nprovision --help: {help_time:.0f} ms (python alone: {bare_time:.0f} ms)")


def _fifth(more: Cost, less: Cost) -> Cost:
    """Give what the five times as many tasks in between cost."""
    return Cost(
        (more.requests - less.requests) / 5,
        (more.connections - less.connections) / 5,
        (more.kilobytes - less.kilobytes) / 5,
        (more.milliseconds - less.milliseconds) / 5,
    )


if __name__ == "__main__":
    main()
