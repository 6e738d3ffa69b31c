"""A sample of the fault matrix: single faults at single exchanges, and how the run ends.

Every case is two real processes or more, on one fast simulated host. `make faults` plays them all;
`python tests/faults/replay.py KIND EXCHANGE` plays one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fault_cases import SLEEPERS, Case, Kind, places, sample

SEED = int(os.environ.get("FAULTS_SEED", "0"))
SAMPLE = 320
UNTIL_INSTALLED = 60
AFTERWARDS = 10
"""Exchanges that any run takes, also on a busy machine, where it polls less often."""

CASES = sample(SAMPLE, places(UNTIL_INSTALLED, AFTERWARDS), SEED)
QUICK = [case for case in CASES if case.kind not in SLEEPERS]
AT_ONCE = 4

pytestmark = pytest.mark.timeout(400)


def judged(verdict: Any) -> str:
    """What to say of a case that did not end as it must."""
    return f"{verdict}\n{verdict.said}" if verdict.problems else ""


@pytest.mark.parametrize("case", QUICK, ids=str)
def test_a_fault(play: Callable[[Case], Any], case: Case) -> None:
    verdict = play(case)
    assert not verdict.problems, judged(verdict)


@pytest.mark.parametrize(
    ("kind", "part"), [(kind, part) for kind in Kind if kind in SLEEPERS for part in (0, 1)]
)
def test_a_fault_that_takes_a_timeout(play: Callable[[Case], Any], kind: Kind, part: int) -> None:
    cases = [case for case in CASES if case.kind is kind][part::2]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        verdicts = list(pool.map(play, cases))
    assert not any(verdict.problems for verdict in verdicts), "\n".join(map(judged, verdicts))


def test_the_sample_is_large_and_even() -> None:
    assert len(set(CASES)) >= 300
    assert {case.kind for case in CASES} == set(Kind)
    for kind in Kind:
        mine = [case.place for case in CASES if case.kind is kind]
        assert len(mine) >= 8
        assert any(place.after_jobs for place in mine)
        assert any(place.number < 15 for place in mine)
