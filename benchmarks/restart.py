"""How soon a run goes on after a restart, beside the strategy of Ansible's `win_reboot`.

    python benchmarks/restart.py

Simulated hosts at speed 1 restart, each for a time of its own. Measured is, on the host's clock and
so in real seconds, from the moment at which it is usable again, settled and with its logins
accepted, to the beginning of the run's next task. All hosts restart at once: they mostly wait.

For `win_reboot` the same span is computed for the same restarts, and for restarts as long as a
simulated host's own, from what its code publishes (ansible.windows, plugins/plugin_utils/
_reboot.py, as of 2023): two loops one after the other, the first until the boot time has changed,
the second until Windows' logon screen was reached; after failure number n, from 0, each sleeps 2^n
seconds and up to one more by chance, but 12 and up to one more once that would be longer. What the
requests themselves take, and its connect timeout of 5 s, is left out in its favour.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

if not __package__:  # Run by its path.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from provision.cli.compose import Project, make_runner
from provision.cli.link import Link
from provision.cli.located import Located
from provision.cli.notebook import open_memory
from provision.engine.clock import HostClock
from provision.engine.run import RunOptions
from provision.model.event import Event, TaskStarted
from provision.model.host import Authentication, Host, Scheme, SimulateSettings, WinRMSettings
from provision.model.secret import Secret
from provision.playbook.loader import load_playbook
from provision.simulator.thread import SimulatorServer
from provision.simulator.world.simulated_host import SimulatedHost
from provision.steps.registry import STEPS
from provision.transport.winrm import WinRMConnector

HOSTS = 8
RESTARTS = 3
TARGET = 2.0
COMPUTED = 20_000

LONGEST_SLEEP = 12.0
PLAYBOOK = "tasks:\n" + RESTARTS * (
    "  - {name: restart, restart: always}\n  - {name: next, assert: 'true'}\n"
)


@dataclass(frozen=True, slots=True)
class Restart:
    """How long one restart takes, in seconds.

    Args:
        away: From the request to an open port.
        refused: From there to accepted logins.
        settling: From the open port to a settled host.
    """

    away: float
    refused: float
    settling: float

    @property
    def accepted(self) -> float:
        """When logins are accepted again."""
        return self.away + self.refused

    @property
    def usable(self) -> float:
        """When the host is usable again."""
        return self.away + max(self.refused, self.settling)


class GoesOn:
    """Looks at the host's clock when a task after a restart begins."""

    def __init__(self, look: Callable[[], tuple[float, float]], usable: float) -> None:
        self._look = look
        self._usable = usable
        self.seconds: list[float] = []

    def notice(self, event: Event) -> None:
        """Take note of one event."""
        if isinstance(event, TaskStarted) and event.task == "next":
            now, boot_began = self._look()
            self.seconds.append(now - boot_began - self._usable)

    def close(self) -> None:
        """Nothing is held."""


def measure(restart: Restart, folder: Path) -> list[float]:
    """Let a host restart several times in one run; gives the seconds until that goes on."""
    knobs = SimulateSettings(
        speed=1,
        restart_seconds=restart.away,
        answers_401_for=restart.refused,
        settles_after=restart.settling,
    )
    machine = SimulatedHost(knobs)
    with SimulatorServer(machine, accounts={"Administrator": "benchmark"}) as server:
        settings = WinRMSettings(
            address="127.0.0.1", port=server.port, scheme=Scheme.HTTP, auth=Authentication.NTLM
        )
        connector = WinRMConnector(settings, "127.0.0.1", server.port, Secret("benchmark"))
        path = folder / "restart.yml"
        path.write_text(PLAYBOOK, encoding="utf-8")
        project = Project(
            Located(Host(name="bench", winrm=settings), folder),
            load_playbook(path, path.name, STEPS),
        )
        seen = GoesOn(
            lambda: server.call(lambda: (machine.world.host_time, machine.world.boot.began)),
            restart.usable - restart.away,
        )
        options = RunOptions()
        link = Link(connector, HostClock(), settings.connect_timeout)
        with open_memory(project, options, "run-1", fresh=True, journaled=True) as (memory, _):
            result = make_runner(project, options, link, [seen], memory).run()
    if result.error is not None:
        raise SystemExit(f"the run did not do its work: {result.error}")
    return seen.seconds


def win_reboot(restart: Restart, chance: random.Random) -> float:
    """Compute the same span by Ansible's published back-off."""
    rebooted = _tries(0.0, restart.accepted, chance)
    return _tries(rebooted, restart.usable, chance) - restart.usable


def _tries(began: float, possible: float, chance: random.Random) -> float:
    """Give the time of the first try that comes when it is possible."""
    now, failures = began, 0
    while now < possible:
        jitter = chance.random()
        sleep = 2**failures + jitter
        now += sleep if sleep <= LONGEST_SLEEP else LONGEST_SLEEP + jitter
        failures += 1
    return now


def row(name: str, seconds: Sequence[float]) -> str:
    """Write one line of the result."""
    tenths = statistics.quantiles(seconds, n=10)
    return f"{name:<46}{statistics.median(seconds):>8.2f}{tenths[8]:>10.2f}{max(seconds):>9.2f}"


def main() -> None:
    """Measure, compute and print."""
    chance = random.Random(1)
    restarts = [
        Restart(chance.uniform(5, 9), chance.uniform(1, 4), chance.uniform(3, 7))
        for _ in range(HOSTS)
    ]
    with tempfile.TemporaryDirectory() as made, ThreadPoolExecutor(HOSTS) as pool:
        folders = [Path(made, str(number)) for number in range(HOSTS)]
        for folder in folders:
            folder.mkdir()
        measured = [each for found in pool.map(measure, restarts, folders) for each in found]
    own = SimulateSettings()
    longer = [
        Restart(own.restart_seconds + chance.uniform(-10, 10), own.answers_401_for, settles)
        for settles in (own.settles_after + chance.uniform(-10, 10) for _ in range(COMPUTED))
    ]
    theirs = [win_reboot(chance.choice(restarts), chance) for _ in range(COMPUTED)]
    theirs_long = [win_reboot(restart, chance) for restart in longer]
    median = statistics.median(measured)
    print(f"{HOSTS * RESTARTS} restarts: from a usable host to the run's next task, seconds\n")
    print(f"{'':<46}{'median':>8}{'9 of 10':>10}{'most':>9}")
    print(row("provision, measured", measured))
    print(row("win_reboot, computed, same restarts", theirs))
    print(row("win_reboot, computed, restarts of 2 to 3 minutes", theirs_long))
    met = "met" if median < TARGET else "MISSED"
    print(f"\ntarget, a median under {TARGET:g} s: {met}")


if __name__ == "__main__":
    main()
