"""A sample of the faults over SSH; `python tests/faults/replay.py ssh SEED` plays one."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "transport"))

from ssh_server import NO_SSHD

SEED = int(os.environ.get("FAULTS_SEED", "0"))
SAMPLE = 5

pytestmark = [pytest.mark.powershell, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if NO_SSHD or not shutil.which("powershell"):
        pytest.skip(NO_SSHD or "needs a PowerShell engine named `powershell` on PATH")
    from ssh_cases import SSHBench

    with SSHBench(tmp_path_factory.mktemp("ssh")) as bench:
        yield bench


@pytest.mark.parametrize("seed", range(SEED, SEED + SAMPLE))
def test_connections_sshd_or_the_controller_are_killed(bench: Any, seed: int) -> None:
    verdict = bench.play(seed)
    assert not verdict.problems, str(verdict)
    assert verdict.kills, str(verdict)
