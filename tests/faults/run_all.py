"""Plays the whole fault matrix, and writes what came of it into docs/reliability.md."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from engine_cases import EngineCase, EngineVerdict, close, engine_host
from fault_cases import SLEEPERS, Case, Kind, places, sample
from fault_judge import Reference, Verdict, play, undisturbed
from fault_processes import Zygote
from fault_report import Results, report

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
ENGINE_SEEDS = 100
SLEEPING_AT_ONCE = 8
TELL_EVERY = 100


def main() -> int:
    wanted = _arguments()
    folder = Path(tempfile.mkdtemp(prefix="provision-faults-"))
    zygote = Zygote()
    try:
        reference = undisturbed(zygote, folder / "undisturbed")
        where = places(reference.installed, reference.exchanges - reference.installed)
        if wanted.sample:
            cases = sample(wanted.sample, where, wanted.seed)
        else:
            cases = [Case(kind, place, wanted.seed) for kind in Kind for place in where]
        print(f"{reference.exchanges} exchanges, {len(cases)} cases", flush=True)
        verdicts = _play_all(cases, zygote, folder, reference, wanted.jobs)
    finally:
        zygote.close()
    engine = _engine(folder, wanted.seed, wanted.engine, wanted.jobs)
    results = Results(reference, wanted.seed, verdicts, engine)
    if wanted.write or not wanted.sample:
        PAGE.write_text(report(results), encoding="utf-8")
        print(f"written: {PAGE}")
    print(f"{len(verdicts) + len(engine)} cases, {results.failures} failures")
    if not results.failures:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if results.failures else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=(os.cpu_count() or 2) + 1)
    parser.add_argument("--sample", type=int, help="Only so many cases; writes no page.")
    parser.add_argument("--engine", type=int, default=ENGINE_SEEDS, help="Seeds for the agent.")
    parser.add_argument("--write", action="store_true", help="Write the page of a sample too.")
    return parser.parse_args()


def _play_all(
    cases: Sequence[Case], zygote: Zygote, folder: Path, reference: Reference, jobs: int
) -> list[Verdict]:
    """Play the quick ones first, and then those that mostly wait, more of them at once."""
    found: dict[Case, Verdict] = {}
    began = time.monotonic()
    quick = [case for case in cases if case.kind not in SLEEPERS]
    sleepers = [case for case in cases if case.kind in SLEEPERS]
    for group, at_once in ((quick, jobs), (sleepers, SLEEPING_AT_ONCE)):
        with ThreadPoolExecutor(at_once) as pool:
            futures = [
                pool.submit(play, case, zygote, folder / str(case), reference) for case in group
            ]
            for future in as_completed(futures):
                verdict = future.result()
                found[verdict.case] = verdict
                if verdict.problems:
                    print(verdict, flush=True)
                if len(found) % TELL_EVERY == 0:
                    minutes = (time.monotonic() - began) / 60
                    print(f"{len(found)} of {len(cases)} cases, {minutes:.0f} min", flush=True)
    return [found[case] for case in cases]


def _engine(folder: Path, seed: int, count: int, jobs: int) -> list[EngineVerdict]:
    """Play the engine's seeds on some hosts beside each other."""
    if not count:
        return []
    if not shutil.which("powershell"):
        print("no PowerShell engine named `powershell` on PATH: the agent itself is not tried")
        return []

    def some(part: int) -> list[EngineVerdict]:
        (folder / f"engine-{part}").mkdir()
        host: Any = engine_host(folder / f"engine-{part}")
        try:
            seeds = range(seed + part, seed + count, jobs)
            verdicts = [EngineCase(host, each).play() for each in seeds]
        finally:
            close(host)
        for verdict in verdicts:
            if verdict.problems:
                print(verdict, flush=True)
        return verdicts

    with ThreadPoolExecutor(jobs) as pool:
        return [verdict for part in pool.map(some, range(jobs)) for verdict in part]


if __name__ == "__main__":
    sys.exit(main())
