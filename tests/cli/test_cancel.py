"""A run that is watched, dies, and is cancelled: the host is served by a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
PLAYBOOK = Path(__file__).resolve().parents[2] / "playbooks" / "container-host.yml"
PROVISION = (sys.executable, "-m", "provision")
LONG = "Getting Container OS image"
"""After this line the installer says nothing for two hours of the host's."""


@contextmanager
def start(
    folder: Path, environment: dict[str, str], *arguments: str
) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*PROVISION, *arguments],
        cwd=folder,
        env={**environment, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def read_until(process: subprocess.Popen[str], text: str) -> str:
    assert process.stdout is not None
    seen = ""
    while text not in seen:
        line = process.stdout.readline()
        assert line, f"{text!r} did not come: {seen}"
        seen += line
    return seen


@pytest.fixture
def served(tmp_path: Path, environment: dict[str, str]) -> Iterator[Path]:
    """Serve a host that is at the installer's long silence soon, and write its host file."""
    environment["PROVISION_SIMULATOR_PASSWORD"] = "right"
    simulate = "simulate: {feature_installed: true, speed: 60}\n"
    (tmp_path / "server.yml").write_text(simulate, encoding="utf-8")
    with start(tmp_path, environment, "simulate", "serve", "server.yml") as process:
        said = read_until(process, "Ctrl-C ends it.")
        scheme, _, port = said.split("\n")[0].split(": ")[1].partition("://127.0.0.1:")
        port = port.split("/")[0]
        winrm = f"address: 127.0.0.1, port: {port}, scheme: {scheme}, verify: false"
        (tmp_path / "host.yml").write_text(
            f"name: build-01\nplaybook: {PLAYBOOK}\nsimulate: {{served: true, speed: 60}}\n"
            f"winrm: {{{winrm}, password: {{env: PROVISION_SIMULATOR_PASSWORD}}}}\n",
            encoding="utf-8",
        )
        yield tmp_path
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)


def test_a_run_is_watched_dies_and_is_cancelled(
    served: Path, provision: Run, environment: dict[str, str]
) -> None:
    with start(served, environment, "up") as up:
        read_until(up, LONG)
        with start(served, environment, "logs", "last", "--follow") as follow:
            read_until(follow, LONG)
            (status,) = map(json.loads, provision("status", "--json").stdout.splitlines())
            assert status["last"]["state"] == "running"
            assert status["holder"]["owner"] == status["seen"]["lease"]["owner"]
            (job,) = status["seen"]["jobs"]
            assert job["state"] == "running"
            refused = provision("cancel")
            assert refused.returncode == 3
            assert "a run is at work on this host" in refused.stderr
            up.kill()
            out, _ = follow.communicate(timeout=60)
            assert "the run broke off: its process is gone, and wrote no end" in out
            assert follow.returncode == 0
    said = provision("status").stdout
    assert f"job {job['id']}: running" in said
    assert "an installer is not done: expected: C:\\" in said
    assert "broken off in task" in said

    done = provision("cancel")
    assert done.returncode == 0
    assert f"stopped job {job['id']}, with its whole process tree" in done.stdout
    assert f"job {job['id']}: finished" in done.stdout
    assert "Install-ContainerHost.err" in done.stdout
    assert "is cancelled: `provision up` goes on with it," in done.stdout
    (status,) = map(json.loads, provision("status", "--json").stdout.splitlines())
    assert status["last"]["state"] == "interrupted"
    assert (status["holder"], status["seen"]["lease"]) == (None, None)
    again = provision("cancel", "--json")
    assert json.loads(again.stdout)["stopped"] == []
    with start(served, environment, "up") as up:
        said = read_until(up, "runs as job")
        up.kill()
    assert "an unfinished run goes on" in said


def test_a_command_that_outlives_its_run_is_shown_and_stopped(
    served: Path, provision: Run, environment: dict[str, str]
) -> None:
    wait = "name: w\ntasks: [{name: Wait, command: ping -n 36000 127.0.0.1, timeout: 20h}]\n"
    (served / "wait.yml").write_text(wait, encoding="utf-8")
    with start(served, environment, "up", "--playbook", "wait.yml") as up:
        read_until(up, "Wait")
        seen: dict[str, list[dict[str, str]]] = {"calls": []}
        while not seen["calls"]:
            seen = json.loads(provision("status", "--json").stdout)["seen"]
        up.kill()
    (call,) = seen["calls"]
    assert f"command {call['id']}: running since" in provision("status").stdout
    done = provision("cancel")
    assert f"stopped command {call['id']}, with its whole process tree" in done.stdout
    assert "nothing is left on the host" in done.stdout
    assert "command" not in provision("status", "build-01").stdout
    # A person stopped it; so it is begun anew when the run goes on.
    with start(served, environment, "up", "--playbook", "wait.yml") as up:
        read_until(up, "an unfinished run goes on")
        seen = {"calls": []}
        while not seen["calls"]:
            seen = json.loads(provision("status", "--json").stdout)["seen"]
        up.kill()
    assert [one["id"] for one in seen["calls"]] == [f"{call['id']}-again1"]


def test_a_run_at_work_is_asked_to_stop(
    served: Path, provision: Run, environment: dict[str, str]
) -> None:
    with start(served, environment, "up") as up:
        read_until(up, LONG)
        done = provision("cancel", "--force")
        out, _ = up.communicate(timeout=60)
    assert up.returncode == 130
    assert "stopping at the next safe point" in out
    assert done.returncode == 0
    assert "asked its process to stop at the next safe point" in done.stderr
    assert "stopped job" in done.stdout
