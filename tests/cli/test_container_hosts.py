"""The container hosts' playbooks as users run them, on hosts that are set against them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., "subprocess.CompletedProcess[str]"]
PLAYBOOKS = Path(__file__).resolve().parents[2] / "playbooks"


def write(folder: Path, playbook: str | Path, simulate: str, variables: str = "{}") -> None:
    text = f"playbook: {playbook}\nvars: {variables}\nsimulate: {{speed: 3000, {simulate}}}\n"
    (folder / "host.yml").write_text(text, encoding="utf-8")


def test_refused_before_anything_is_run(provision: Run, tmp_path: Path) -> None:
    playbook = PLAYBOOKS / "container-host.yml"
    write(tmp_path, playbook, "scenario: two-adapters", "{use_dhcp: true}")
    done = provision("up")
    assert done.returncode == 4, done.stdout + done.stderr
    told = done.stdout + done.stderr
    assert "exactly one adapter is up, for the external switch: found 'Ethernet0' (192.0" in told
    assert "what to do: Name the adapter that the containers are to use" in told
    assert "runs as job" not in told


def test_docker_whose_network_does_not_outlive_a_restart(provision: Run, tmp_path: Path) -> None:
    write(
        tmp_path,
        PLAYBOOKS / "docker-ce.yml",
        "scenario: network-lost",
        "{prove_restart: true, base_image: 'mcr.microsoft.com/windows/nanoserver:ltsc2022'}",
    )
    done = provision("up")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "service docker (restarted)" in done.stdout
    assert "ltsc2022: created" in done.stdout


def test_containerd(provision: Run, tmp_path: Path) -> None:
    variables = "{prove_restart: true, hyperv: true}"
    write(tmp_path, PLAYBOOKS / "containerd.yml", "generation: 2025", variables)
    done = provision("up")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "containerd v1.6.6 answers nerdctl v0.21.0" in done.stdout
    assert "feature Hyper-V is installed: installed" in done.stdout
