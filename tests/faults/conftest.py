"""A warm process for each worker, the undisturbed run, and folders for cases."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def zygote() -> Iterator[Any]:
    from fault_processes import Zygote

    zygote = Zygote()
    yield zygote
    zygote.close()


@pytest.fixture(scope="session")
def reference(zygote: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    from fault_judge import undisturbed

    return undisturbed(zygote, tmp_path_factory.mktemp("undisturbed") / "run")


@pytest.fixture
def play(zygote: Any, reference: Any, tmp_path: Path) -> Callable[[Any], Any]:
    """Play a case; its verdict has the command that plays it again."""
    from fault_judge import play

    return lambda case: play(case, zygote, tmp_path / str(case), reference)


@pytest.fixture
def seed() -> int:
    """The seed of what is left to chance: `FAULTS_SEED`, or 0."""
    return int(os.environ.get("FAULTS_SEED", "0"))
