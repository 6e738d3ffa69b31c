"""Plays single cases of the fault matrix: `python tests/faults/replay.py reset_after 41`.

`engine 7` plays seed 7 against the real agent in a PowerShell engine, `ssh 7` over SSH.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from engine_cases import EngineCase, close, engine_host
from fault_cases import Case, Kind, Place
from fault_judge import play, undisturbed
from fault_processes import Zygote
from ssh_cases import SSHBench

ENGINE, SSH = "engine", "ssh"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kind", choices=[*(kind.value for kind in Kind), ENGINE, SSH])
    parser.add_argument("exchange", type=Place.parse, nargs="+", help="41, or 2+5")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("-v", "--verbose", action="store_true", help="Show what was printed.")
    wanted = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="provision-faults-"))
    players = {ENGINE: _engine, SSH: _ssh}
    failed = players.get(wanted.kind, _simulator)(wanted, folder)
    return 1 if failed else 0


def _simulator(wanted: argparse.Namespace, folder: Path) -> int:
    failed = 0
    zygote = Zygote()
    try:
        reference = undisturbed(zygote, folder / "undisturbed")
        print(f"an undisturbed run takes {reference.exchanges} exchanges")
        for place in wanted.exchange:
            for time in range(wanted.times):
                case = Case(Kind(wanted.kind), place, wanted.seed)
                verdict = play(case, zygote, folder / f"{case}-{time}", reference)
                failed += bool(verdict.problems)
                struck = "" if verdict.struck else " (the exchange was not reached)"
                print(f"{verdict}{struck}; {verdict.seconds:.1f} s")
                if verdict.problems:
                    print(f"  files: {folder / f'{case}-{time}'}")
                    if wanted.verbose:
                        print(verdict.said)
    finally:
        zygote.close()
    return failed


def _engine(wanted: argparse.Namespace, folder: Path) -> int:
    failed = 0
    host = engine_host(folder)
    try:
        for place in wanted.exchange:
            verdict = EngineCase(host, place.number).play()
            failed += bool(verdict.problems)
            print(verdict)
    finally:
        close(host)
    return failed


def _ssh(wanted: argparse.Namespace, folder: Path) -> int:
    failed = 0
    with SSHBench(folder) as bench:
        for place in wanted.exchange:
            verdict = bench.play(place.number)
            failed += bool(verdict.problems)
            print(verdict)
    return failed


if __name__ == "__main__":
    sys.exit(main())
