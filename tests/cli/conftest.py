"""Runs the command line as users do: in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
PROVISION = (sys.executable, "-m", "provision")


@pytest.fixture
def environment() -> dict[str, str]:
    """The environment without what would change output."""
    drop = ("NO_COLOR", "FORCE_COLOR", "PROVISION_DEBUG", "REQUESTS_CA_BUNDLE", "COLUMNS")
    return {name: value for name, value in os.environ.items() if name not in drop}


@pytest.fixture
def provision(tmp_path: Path, environment: dict[str, str]) -> Run:
    """Run `provision` in an empty folder; gives its output, without a traceback."""

    def run(*arguments: str, cwd: Path = tmp_path, **more: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*PROVISION, *arguments],
            cwd=cwd,
            env={**environment, **more},
            capture_output=True,
            encoding="utf-8",
            timeout=100,
            check=False,
        )
        assert "Traceback" not in done.stderr + done.stdout
        return done

    return run
