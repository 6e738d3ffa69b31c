"""Plays a case and compares its end with that of the undisturbed run."""

from __future__ import annotations

import re
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fault_cases import LASTS, Case, Kind
from fault_lab import FREE_BYTES, LONGEST, PASSWORD, Lab, Launch, Line, until
from fault_processes import Child, Zygote

from provision.simulator.world import misfortunes
from provision.simulator.world.model import World
from provision.simulator.world.timeline import advance

SPEED = 24000.0
TASKS = 6
COMPLETE = ("output", "Script complete!")

LOSING = frozenset({Kind.RESTART, Kind.RESTART_TWICE, Kind.POWER_OFF, Kind.JOB_KILLED})
"""Kinds that end a job which runs: it has to be launched once more."""

_UNSTEADY = re.compile(r"\d+/\d+/\d+ \d+:\d+:\d+( [AP]M)?|\d{4}-\d\d-\d\dT[\d:.]+Z?|\b\d+ ms\b")
_OF_TIME = (
    "host_time",
    "epoch",
    "boot",
    "next_number",
    "next_process",
    "account",
    "lease",
    "calls",
)
_AGENT = "c:\\programdata\\provision\\"
_KEPT = f"{_AGENT}installers"


@dataclass(frozen=True)
class Reference:
    """How an undisturbed run ends.

    Args:
        installed: How many exchanges it takes until the installer's last job has ended.
        exchanges: How many in all.
    """

    world: dict[str, Any]
    launches: tuple[Launch, ...]
    lines: tuple[Line, ...]
    warnings: frozenset[str]
    installed: int
    exchanges: int


@dataclass(frozen=True)
class Verdict:
    """How a case ended.

    Args:
        struck: The run got to the exchange; otherwise nothing was tried.
        problems: What differs from what is expected.
        codes: Exit codes of the command lines, in order.
        seconds: Real seconds.
        said: Everything that was printed, when there are problems.
    """

    case: Case
    struck: bool
    problems: tuple[str, ...]
    codes: tuple[int, ...]
    seconds: float
    said: str = ""

    def __str__(self) -> str:
        head = f"{self.case} (exchange {self.case.place}, seed {self.case.seed})"
        told = "\n  ".join(self.problems) or "as undisturbed"
        return f"{head}: exit codes {self.codes}\n  {told}\n  replay: {self.case.replay}"


def undisturbed(zygote: Zygote, folder: Path, speed: float = SPEED) -> Reference:
    """Play a run without faults."""
    lab = Lab(zygote, folder, speed)
    try:
        lab.serve()
        run = lab.up()
        assert run.wait(LONGEST) == 0, run.text()
        installed, exchanges = lab.installed(), len(lab.exchanges())
        world = normal_world(lab.stop())
        launches = tuple(lab.launches())
        lines = steady(lab.journaled())
        assert [launch.state for launch in launches] == ["finished", "finished"]
        assert lines == steady(line for launch in launches for line in launch.lines)
        assert lines[-1] == COMPLETE
        warnings = lab.warnings()
        assert warnings == {"vswitch-add-failed"}
        return Reference(world, launches, lines, warnings, installed, exchanges)
    finally:
        lab.close()
        shutil.rmtree(folder, ignore_errors=True)


def play(case: Case, zygote: Zygote, folder: Path, reference: Reference) -> Verdict:
    """Play a case in a folder, which is removed unless there are problems."""
    began = time.monotonic()
    played = _Play(case, Lab(zygote, folder, SPEED), reference)
    try:
        problems = list(played.run())
    except (AssertionError, TimeoutError) as error:
        problems = [*played.told, f"{type(error).__name__}: {error}"]
    finally:
        played.lab.close()
    seconds = time.monotonic() - began
    if not problems:
        shutil.rmtree(folder, ignore_errors=True)
    said = played.lab.said() if problems else ""
    return Verdict(case, played.struck, tuple(problems), tuple(played.codes), seconds, said)


class _Play:
    def __init__(self, case: Case, lab: Lab, reference: Reference) -> None:
        self.case = case
        self.lab = lab
        self.reference = reference
        self.codes: list[int] = []
        self.told: list[str] = []
        self.struck = False
        self.winner = "controller"

    def run(self) -> Iterator[str]:
        """Play it all; gives what is wrong."""
        self.lab.serve(self.case.faults)
        match self.case.kind:
            case Kind.CONTROLLER_KILLED:
                yield from self._cut_short(signal.SIGKILL, -signal.SIGKILL)
            case Kind.CONTROLLER_STOPPED:
                yield from self._cut_short(signal.SIGINT, 130)
            case Kind.TWO_CONTROLLERS:
                yield from self._race()
            case _:
                yield from self._through()
        world = self.lab.stop()
        if self.case.kind is Kind.POWER_OFF:
            # Struck in the last goodbye, it is not noticed by anybody.
            world = misfortunes.repair(world)
            world = advance(world, world.host_time + 3600)
        yield from self._compare(world)

    def _has_struck(self) -> bool:
        self.struck = self.struck or any(each.fault for each in self.lab.exchanges())
        return self.struck

    def _wait(self, run: Child) -> int:
        code = run.wait(LONGEST)
        self.codes.append(code)
        return code

    def _cut_short(self, number: signal.Signals, expected: int) -> Iterator[str]:
        run = self.lab.up()
        until(lambda: self._has_struck() or not run.running, "the exchange")
        if self.struck:
            run.signal(number)
        code = self._wait(run)
        over = code == 0 and self._all_tasks_finished(run)
        if self.struck and code != expected and not over:
            yield f"the first run ended with {code}, not {expected}"
        if code != 0:
            yield from self._again()

    def _again(self) -> Iterator[str]:
        code = self._wait(self.lab.up())
        if code != 0:
            yield f"the next run ended with {code}, not 0"

    def _race(self) -> Iterator[str]:
        first = self.lab.up()
        until(lambda: self._has_struck() or not first.running, "the exchange")
        done = self._all_tasks_finished(first)
        second = self.lab.up(controller=self.case.rival)
        late = self._wait(second)
        code = self._wait(first)
        if code == 0 and late == 0:
            if self.struck and not done:
                yield "both controllers drove the host"
            return
        if sorted((code, late)) != [0, 3]:
            yield f"two controllers ended with {code} and {late}, not 0 and 3"
            return
        winner, loser = (first, second) if code == 0 else (second, first)
        self.winner = "controller" if code == 0 else self.case.rival
        if f"process {winner.pid}" not in loser.text():
            yield f"the one that was refused does not say that process {winner.pid} holds the host"

    def _through(self) -> Iterator[str]:
        run = self.lab.up()
        code = self._wait(run)
        self._has_struck()
        kind = self.case.kind
        if code == 0:
            if kind is Kind.POWER_OFF and self.struck and not self._all_tasks_finished(run):
                yield "the host never came back, and the run ended with 0"
            return
        why = self._excuse(run, code)
        if not why:
            yield f"the run ended with {code}, not 0"
        if kind in (Kind.POWER_OFF, Kind.DISK_FULL):
            self.lab.repair(FREE_BYTES if kind is Kind.DISK_FULL else 0)
            self.lab.serve()
        if kind is Kind.UNAUTHORIZED:
            time.sleep(LASTS[kind][1])
        yield from self._again()

    def _excuse(self, run: Child, code: int) -> str:
        """Say why another end than that of an undisturbed run is right."""
        text = run.text()
        match self.case.kind, code:
            case Kind.UNAUTHORIZED, 3 if not self._told(run, "host_connected"):
                return "a first login that is refused cannot be told from a wrong password"
            case Kind.POWER_OFF, 3:
                return "a host that does not come back is unreachable"
            case Kind.JOB_KILLED, 1 if "its process is gone" in text:
                return "what was killed has not finished"
            case Kind.DISK_FULL, 1 if "disk" in text.lower() and "full" in text.lower():
                return "nothing can be installed on a full disk"
        return ""

    def _compare(self, world: World) -> Iterator[str]:
        reference = self.reference
        found = normal_world(world)
        if self.case.kind is Kind.DISK_FULL:
            found["disk"] = reference.world["disk"]
        yield from differences(reference.world, found)
        launches = self.lab.launches()
        yield from self._judge_launches(launches)
        lines = steady(self.lab.journaled(self.winner))
        if lines != (happened := steady(line for each in launches for line in each.lines)):
            parting = first_difference(happened, lines)
            yield f"the journal's lines are not those of the host: {parting}"
        warnings = self.lab.warnings()
        lossy = self.codes[0] in (1, 3) and self.case.kind is not Kind.TWO_CONTROLLERS
        if warnings != reference.warnings and not (lossy and warnings <= reference.warnings):
            yield f"warnings are {sorted(warnings)}, not {sorted(reference.warnings)}"
        said = self.lab.said()
        for trace in ("Traceback (most recent", "internal error", PASSWORD):
            if trace in said:
                yield f"a command line printed {trace!r}"

    def _judge_launches(self, launches: list[Launch]) -> Iterator[str]:
        states = [launch.state for launch in launches]
        if not launches or COMPLETE not in launches[-1].lines:
            yield f"the last launch did not complete: {states}"
        again = [place for place, each in enumerate(launches[:-1]) if COMPLETE in each.lines]
        if again:
            yield f"launched again after it had completed: {states}"
        kind = self.case.kind
        if kind is Kind.DISK_FULL and self.codes[0] == 1:
            if len(launches) > 3:
                yield f"launched {len(launches)} times"
            return
        finished, lost = states.count("finished"), states.count("lost")
        most_lost = 1 if kind in LOSING else 0
        if lost > most_lost or finished + lost != len(states):
            yield f"launches ended as {states}"
        if finished != len(self.reference.launches) and not (kind in LOSING and finished == 1):
            yield f"launched {finished} times to an end, not {len(self.reference.launches)}"
        if kind not in LOSING:
            found = [steady(launch.lines) for launch in launches]
            expected = [steady(launch.lines) for launch in self.reference.launches]
            if found != expected:
                yield "the host's own log is another one than undisturbed"

    def _told(self, run: Child, event: str) -> int:
        return sum(each["event"] == event for each in self.lab.events(run))

    def _all_tasks_finished(self, run: Child) -> bool:
        return self._told(run, "task_finished") == TASKS


def steady(lines: Any) -> tuple[Line, ...]:
    """Lines without the dates in them."""
    return tuple((kind, _UNSTEADY.sub("…", text)) for kind, text in lines)


def normal_world(world: World) -> dict[str, Any]:
    """A world without times, numbers, tokens, and what the agent keeps for itself."""
    tree = world.model_dump(mode="json", exclude=set(_OF_TIME))
    tree["up"] = [world.boot.listening, world.boot.accounts, world.boot.ending]
    tree["pending"] = len(world.pending)
    tree["jobs"] = [job.id for job in world.jobs]
    tree["files"] = [each for each in tree["files"] if not _agents_own(each["path"])]
    for section in ("files", "registry", "services", "features", "scheduled_tasks"):
        tree[section] = sorted(tree[section], key=str)
    return tree


def _agents_own(path: str) -> bool:
    lower = path.lower()
    return lower.startswith(_AGENT) and not lower.startswith(_KEPT)


def differences(expected: dict[str, Any], found: dict[str, Any]) -> Iterator[str]:
    """Say where two worlds differ."""
    for section in sorted({*expected, *found}):
        before, after = expected.get(section), found.get(section)
        if before == after:
            continue
        if isinstance(before, list) and isinstance(after, list):
            missing = [each for each in before if each not in after]
            added = [each for each in after if each not in before]
            yield f"the world's {section} differ: missing {missing}, added {added}"
        else:
            yield f"the world's {section} is {after}, not {before}"


def first_difference(expected: tuple[Line, ...], found: tuple[Line, ...]) -> str:
    """Show where two sequences part."""
    for place, (one, other) in enumerate(zip(expected, found, strict=False)):
        if one != other:
            return f"line {place + 1} is {other}, not {one} ({len(found)} for {len(expected)})"
    return f"{len(found)} lines, not {len(expected)}"
