"""Journals in a folder of the test, and other processes that use them."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from provision.journal.entry import Run
from provision.journal.store import Journal

Spawn = Callable[..., "subprocess.Popen[str]"]

HEAD = """
import os, sys, time
from pathlib import Path
from provision.journal.entry import Kind, Run
from provision.journal.lease import Lease
from provision.journal.store import Journal, JournalError
path = Path(sys.argv[1])
def say(what): print(what, flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".provision" / "journal.sqlite"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    with Journal(path) as journal:
        yield journal


@pytest.fixture
def make_run() -> Callable[..., Run]:
    def make(run: str = "run-1", host: str = "build-01") -> Run:
        return Run(
            id=run,
            host=host,
            machine="m-1",
            playbook="site.yml",
            playbook_sha256="a" * 64,
            variables_sha256="b" * 64,
            options={"tags": ["web"]},
            controller="somebody@here, process 1",
            started="2026-01-02T03:04:05.678Z",
        )

    return make


@pytest.fixture
def spawn(path: Path) -> Iterator[Spawn]:
    """Run code in a process of its own; it finds `path`, `say` and the journal's names."""
    started: list[subprocess.Popen[str]] = []

    def start(code: str, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", HEAD + textwrap.dedent(code), str(path), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        with process:
            process.kill()
