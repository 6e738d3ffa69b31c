"""The fault matrix in small, against the real agent in a PowerShell engine."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

SEED = int(os.environ.get("FAULTS_SEED", "0"))
SAMPLE = 12

pytestmark = [pytest.mark.powershell, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if not shutil.which("powershell"):
        pytest.skip("needs a PowerShell engine named `powershell` on PATH")
    from engine_cases import close, engine_host

    host = engine_host(tmp_path_factory.mktemp("engine"))
    yield host
    close(host)


@pytest.mark.parametrize("seed", range(SEED, SEED + SAMPLE))
def test_the_agent_is_killed(host: Any, seed: int) -> None:
    from engine_cases import EngineCase

    verdict = EngineCase(host, seed).play()
    assert not verdict.problems, str(verdict)
