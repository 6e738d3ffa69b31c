"""A real `vagrant`, the plugin, and a simulated host in another process."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from vagrant_project import PASSWORD, SERVED_SPEED, Vagrant


@pytest.fixture(scope="session")
def vagrant_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for all: making it takes Vagrant some seconds."""
    if shutil.which("vagrant") is None:
        pytest.skip("no vagrant on PATH: the plugin is not tried in it")
    return tmp_path_factory.mktemp("vagrant-home")


@pytest.fixture
def vagrant(vagrant_home: Path, tmp_path: Path) -> Iterator[Vagrant]:
    """A project whose machine is a simulated host, served until the end of the test."""
    bin_folder = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "VAGRANT_HOME": str(vagrant_home),
        "VAGRANT_CHECKPOINT_DISABLE": "1",
        "PROVISION_SIMULATOR_PASSWORD": PASSWORD,
        "SIMULATED_HOST_PASSWORD": PASSWORD,
    }
    served = subprocess.Popen(
        [
            sys.executable, "-m", "provision", "simulate", "serve", "--generation", "tp4",
            "--speed", str(SERVED_SPEED), "--scheme", "http", "--user", "vagrant",
        ],
        env=environment,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )  # fmt: skip
    try:
        assert served.stdout is not None
        said = next(line for line in served.stdout if "simulated host: " in line)
        port = said.rsplit(":", 1)[1].split("/")[0]
        yield Vagrant(tmp_path, {**environment, "SIMULATED_HOST_PORT": port})
    finally:
        served.send_signal(signal.SIGTERM)
        served.communicate(timeout=30)
