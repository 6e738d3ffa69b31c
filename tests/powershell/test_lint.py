"""Every PowerShell file stays inside Windows PowerShell 5.0."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SKIPPED = {".venv", ".git", "build", "node_modules"}
SCRIPTS = sorted(
    path for path in ROOT.rglob("*.ps1") if not SKIPPED & set(path.relative_to(ROOT).parts)
)


@pytest.mark.powershell
def test_the_lint_reports_nothing() -> None:
    engine = shutil.which("powershell")
    if not engine:
        pytest.skip("needs a PowerShell engine named `powershell` on PATH")
    done = subprocess.run(
        [engine, "lint", *map(str, SCRIPTS)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_agent_files_are_ascii_and_short() -> None:
    agent = [path for path in SCRIPTS if path.parent.parent.name == "agent"]
    assert agent
    for path in agent:
        text = path.read_bytes()
        assert text.isascii(), path.name
        assert len(text.splitlines()) <= 200, path.name
