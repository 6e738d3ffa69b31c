"""What a run may cost at most: memory, journal, requests while nothing happens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from provision.agent.operations.execution import Record
from provision.model.host import SimulateSettings
from provision.simulator.faults import FaultSchedule
from provision.simulator.thread import SimulatorServer
from provision.simulator.world.effects import Finish
from provision.simulator.world.generations import starting_world
from provision.simulator.world.job import Activity, Job
from provision.simulator.world.model import World
from provision.simulator.world.schedule import schedule
from provision.simulator.world.simulated_host import SimulatedHost
from provision.simulator.world.system import Program

PASSWORD = "only-for-this-test"
MEGABYTE = 1024 * 1024
MOST_MEMORY = 80 * MEGABYTE
MOST_JOURNAL = MEGABYTE
SPEED = 6000.0
LINES = 3000
LINE = "語" * 1000
TIME = "2016-01-16T09:00:00.000Z"

TELLING = """
import re, sys
from pathlib import Path
from provision.cli.main import run
code = run(sys.argv[1:])
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
print(f"peak {peak[1]} kB")
sys.exit(code)
"""
"""`provision` as it is, which tells at its end how much memory it took at most."""

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc"),
]

Exchanges = list[tuple[float, str]]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Callable[..., Exchanges]]:
    """Serves a host to command lines; gives the times and actions of its exchanges."""
    servers: list[SimulatorServer] = []

    def serve(
        change: Callable[[World], World], *, speed: float, timeout: int, playbook: str
    ) -> Exchanges:
        settings = SimulateSettings(speed=speed)
        world = change(starting_world(settings, "Administrator"))
        seen: Exchanges = []
        faults = FaultSchedule(notice=lambda _n, act, _f: seen.append((time.monotonic(), act)))
        host = SimulatedHost(settings, world=world)
        server = SimulatorServer(host, accounts={"Administrator": PASSWORD}, faults=faults)
        server.start()
        servers.append(server)
        (tmp_path / "host.yml").write_text(
            f"name: lab-01\nplaybook: {playbook}\n"
            f"winrm: {{address: 127.0.0.1, port: {server.port}, scheme: http,"
            f" operation_timeout: {timeout}, password: {{env: LAB_PASSWORD}}}}\n"
            f"simulate: {{served: true, speed: {speed}}}\n"
        )
        return seen

    yield serve
    for server in servers:
        server.stop()


@pytest.fixture
def up(tmp_path: Path) -> Callable[[], int]:
    """Run `provision up` to its end; gives the most memory that it took, in bytes."""

    def run() -> int:
        done = subprocess.run(
            [sys.executable, "-c", TELLING, "up", "--events", "events.jsonl"],
            cwd=tmp_path,
            env={**os.environ, "LAB_PASSWORD": PASSWORD},
            capture_output=True,
            encoding="utf-8",
            timeout=250,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        assert "Traceback" not in done.stderr
        return int(done.stdout.rpartition("peak ")[2].split()[0]) * 1024

    return run


def test_the_two_hour_install(
    served: Callable[..., Exchanges], up: Callable[[], int], tmp_path: Path
) -> None:
    from fault_lab import write_playbooks

    served(
        lambda world: world,
        speed=3000,
        timeout=20,
        playbook=str(write_playbooks(tmp_path / "playbooks")),
    )
    peak = up()
    files = list((tmp_path / ".provision").glob("journal.sqlite*"))
    assert files
    assert sum(file.stat().st_size for file in files) < MOST_JOURNAL
    assert peak < MOST_MEMORY


def chatty(world: World) -> World:
    """A host on which a job runs that has said a lot, and goes on for some time."""
    records = tuple(
        Record(number=number, time=TIME, kind=("output", "error")[number % 2], text=LINE)
        for number in range(1, LINES + 1)
    )
    job = Job(
        id="chatty-01-chatty",
        program="chatty",
        folder=f"{world.data_folder}\\jobs\\chatty-01-chatty",
        boot=world.boot.number,
        started_at=world.host_time,
        last_record_at=world.host_time,
        process=4712,
        activity=Activity(since=world.host_time, cpu_rate=1.0),
        log=records,
    )
    return schedule(world.put(job), 10 * SPEED, Finish(job=job.id, exit_code=0), job=job.id)


def test_memory_whatever_the_output(
    served: Callable[..., Exchanges], up: Callable[[], int], tmp_path: Path
) -> None:
    served(chatty, speed=SPEED, timeout=20, playbook="chatty.yml")
    (tmp_path / "chatty.yml").write_text(
        "tasks:\n  - name: Chatty\n    register: said\n    timeout: 1000h\n"
        "    command: {line: chatty, detach: true}\n"
        "  - name: It is kept\n    assert: said.stdout | length > 100000\n"
    )
    assert up() < MOST_MEMORY
    told = map(json.loads, (tmp_path / "events.jsonl").read_text(encoding="utf-8").splitlines())
    texts = [each["text"] for each in told if each["event"] == "task_progress"]
    assert texts.count(LINE) == LINES
    assert (tmp_path / ".provision" / "journal.sqlite").stat().st_size < 8 * MOST_JOURNAL


def test_an_idle_wait_is_one_long_request_after_another(
    served: Callable[..., Exchanges], up: Callable[[], int], tmp_path: Path
) -> None:
    seconds, timeout = 12.0, 1
    quiet = Program(name="quiet", seconds=seconds)
    seen = served(lambda world: world.put(quiet), speed=1, timeout=timeout, playbook="quiet.yml")
    (tmp_path / "quiet.yml").write_text(
        "tasks:\n  - name: Quiet\n    command: {line: quiet, detach: true}\n"
    )
    up()
    idle = longest_idle(seen)
    assert idle
    took = idle[-1][0] - idle[0][0]
    assert took > 3 * timeout
    assert len(idle) - 1 <= took / timeout + 1
    polls = sum(action == "Send" for _, action in seen)
    assert polls < 20


def longest_idle(seen: Exchanges) -> Exchanges:
    """The longest time in which the controller only waited for one answer."""
    longest: Any = []
    now: Any = []
    for each in seen:
        now = [*now, each] if each[1] == "Receive" else []
        longest = max(longest, now, key=len)
    return list(longest)
