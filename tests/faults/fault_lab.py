"""One simulated host in a process of its own, and the command line that drives it, in others."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fault_processes import Child, Zygote

from provision.agent.operations.execution import Record
from provision.journal.echo import SPOKEN
from provision.journal.entry import Kind
from provision.journal.store import Journal
from provision.simulator.world import misfortunes, store
from provision.simulator.world.model import World
from provision.steps.records import lines_of

ROOT = Path(__file__).resolve().parents[2]
INSTALLER = "The installer has finished"
PASSWORD = "only-for-this-test"
LONGEST = 100.0
FREE_BYTES = 40 * 1024**3

PATIENT = (("phase_timeout: 6h", "phase_timeout: 200h"), ("timeout: 8h", "timeout: 300h"))
"""The playbook's deadlines in host seconds come to little real time on so fast a host."""

Line = tuple[str, str]
"""Kind and text."""


@dataclass(frozen=True)
class Launch:
    """One launch of the installer, as the host saw it.

    Args:
        state: What had become of it when its folder was removed, or at the end.
        lines: What it had written by then.
    """

    job: str
    state: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Exchange:
    """One exchange, as the host counted it."""

    number: int
    action: str
    fault: str | None


def write_playbooks(folder: Path) -> Path:
    """Copy the product's playbooks, with more patience; gives the one for container hosts."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in (ROOT / "playbooks").glob("*.yml"):
        text = path.read_text(encoding="utf-8")
        if path.name == "container-host.yml":
            for short, long in PATIENT:
                assert short in text
                text = text.replace(short, long)
        (folder / path.name).write_text(text, encoding="utf-8")
    return folder / "container-host.yml"


class Lab:
    """A host that is served, stopped, repaired and served again, keeping its state and its port.

    Args:
        folder: Empty; all files of the case go there.
        speed: Host seconds per real second.
    """

    def __init__(self, zygote: Zygote, folder: Path, speed: float) -> None:
        self._zygote = zygote
        self._folder = folder
        self._speed = speed
        self._server: Child | None = None
        self._serving = 0
        self._port = 0
        self._runs: list[Child] = []
        folder.mkdir(parents=True, exist_ok=True)
        self.playbook = write_playbooks(folder / "playbooks")

    @property
    def state_file(self) -> Path:
        return self._folder / "host" / ".provision" / "simulator" / "lab-01.json"

    def journal_file(self, controller: str = "controller") -> Path:
        return self._folder / controller / ".provision" / "journal.sqlite"

    def serve(self, faults: Sequence[dict[str, Any]] = ()) -> None:
        """Start the host's server."""
        folder = self._folder / "host"
        folder.mkdir(exist_ok=True)
        self._serving += 1
        (folder / "host.yml").write_text(
            "name: lab-01\nwinrm: {scheme: http}\n"
            f"playbook: {self.playbook}\nsimulate: {{speed: {self._speed}}}\n"
        )
        (folder / "faults.json").write_text(json.dumps(list(faults)))
        name = f"serve-{self._serving}"
        self._server = self._zygote.start(
            [
                *("simulate", "serve", "host.yml", "--port", str(self._port)),
                *("--faults", "faults.json", "--record", f"{name}.jsonl"),
            ],
            folder,
            name,
            {"PROVISION_SIMULATOR_PASSWORD": PASSWORD},
        )
        server = self._server
        until(lambda: "Ctrl-C ends it" in server.text() or not server.running, "the server")
        assert server.running, server.text()
        self._port = int(server.text().split("http://127.0.0.1:")[1].split("/")[0])

    def stop(self) -> World:
        """Stop the server; gives the host as it is then."""
        assert self._server
        self._server.signal(signal.SIGINT)
        code = self._server.wait(30)
        assert code == 0, f"{code}: {self._server.text()}"
        said = self._server.out.with_suffix(".err").read_text()
        assert said == "", said
        self._server = None
        world = store.load(self.state_file)
        assert world
        return world

    def repair(self, free_bytes: int = 0) -> None:
        """Stop the server, and undo what a host does not get over by itself."""
        store.save(self.state_file, misfortunes.repair(self.stop(), free_bytes))

    def up(self, *arguments: str, controller: str = "controller") -> Child:
        """Start `provision up` in a controller's folder."""
        folder = self._folder / controller
        folder.mkdir(exist_ok=True)
        (folder / "host.yml").write_text(
            f"name: lab-01\nplaybook: {self.playbook}\n"
            f"winrm: {{address: 127.0.0.1, port: {self._port}, scheme: http,"
            " operation_timeout: 1, password: {env: LAB_PASSWORD}}\n"
            f"simulate: {{served: true, speed: {self._speed}}}\n"
        )
        number = len(self._runs) + 1
        child = self._zygote.start(
            ["up", "--events", f"events-{number}.jsonl", *arguments],
            folder,
            f"up-{number}",
            {"LAB_PASSWORD": PASSWORD},
        )
        self._runs.append(child)
        return child

    def events(self, run: Child) -> list[dict[str, Any]]:
        """What a run told; its last line may be cut off."""
        name = run.out.name.replace("up-", "events-").replace(".out", ".jsonl")
        path = run.out.with_name(name)
        return list(whole_lines(path)) if path.exists() else []

    def warnings(self) -> frozenset[str]:
        """The known issues that any run warned of."""
        told = (event for run in self._runs for event in self.events(run))
        return frozenset(event["issue"] for event in told if event["event"] == "warning")

    def exchanges(self) -> list[Exchange]:
        """All exchanges of the server that runs now, or ran last."""
        return [
            Exchange(line["exchange"], line["action"], line["fault"])
            for line in self._record(self._serving)
            if "exchange" in line
        ]

    def installed(self) -> int:
        """How many exchanges there were when the last job ended."""
        count = found = 0
        for line in self._record(self._serving):
            count = line.get("exchange", count)
            found = count if "ended" in line else found
        return found

    def launches(self) -> list[Launch]:
        """Every launch of a job on the host, in order; complete once the server has stopped."""
        ended: dict[str, list[Launch | None]] = {}
        order: list[tuple[str, int]] = []
        for serving in range(1, self._serving + 1):
            for line in self._record(serving):
                if "launched" in line:
                    mine = ended.setdefault(line["launched"], [])
                    order.append((line["launched"], len(mine)))
                    mine.append(None)
                elif "ended" in line:
                    said = tuple(shown(line["records"]))
                    ended[line["ended"]][-1] = Launch(line["ended"], line["state"], said)
        found = [ended[job][place] for job, place in order]
        return [launch for launch in found if launch is not None]

    def journaled(self, controller: str = "controller") -> list[Line]:
        """What the journal keeps of the installer's own lines, in order, over all runs."""
        journal = Journal.look(self.journal_file(controller))
        if journal is None:
            return []
        with journal:
            return [
                (str(entry.data["kind"]), str(entry.data["text"]))
                for run in reversed(journal.runs())
                for entry in journal.entries(run.id, kinds=(Kind.LINE,))
                if entry.data["kind"] in SPOKEN and entry.data["task"] == INSTALLER
            ]

    def said(self) -> str:
        """Everything that any process of the case printed: for a failure's report."""
        parts = [f"--- {run.out.stem}\n{run.text()}" for run in self._runs]
        return "\n".join(parts)

    def close(self) -> None:
        """End what still runs."""
        for child in (*self._runs, *([self._server] if self._server else [])):
            if child.running:
                child.signal(signal.SIGKILL)
                child.wait(10)

    def _record(self, serving: int) -> Iterator[dict[str, Any]]:
        path = self._folder / "host" / f"serve-{serving}.jsonl"
        return whole_lines(path) if path.exists() else iter(())


def shown(records: list[list[str]]) -> Iterator[Line]:
    """The lines that a run shows of records."""
    for kind, text in records:
        if kind in SPOKEN:
            record = Record(number=1, time="", kind=kind, text=text)
            yield from ((kind, line) for line in lines_of(record))


def whole_lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.endswith("\n"):
            yield json.loads(line)


def until(holds: Callable[[], bool], what: str, seconds: float = LONGEST) -> None:
    """Wait until something holds."""
    limit = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > limit:
            raise TimeoutError(f"waited {seconds} s in vain for {what}")
        time.sleep(0.005)
