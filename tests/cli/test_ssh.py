"""A host behind a real sshd, from the command line: the agent runs in a PowerShell engine."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "transport"))

from ssh_server import NO_SSHD, USER, Sshd, make_key

from provision.model.host import SimulateSettings
from provision.simulator.world.generations import starting_world

PHRASE = "open-only-for-this-test"
ENGINE = pytest.mark.skipif(not shutil.which("powershell"), reason="needs a PowerShell engine")


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    if NO_SSHD:
        pytest.skip(NO_SSHD)
    server = Sshd(tmp_path_factory.mktemp("ssh") / "server")
    locked = make_key(server.folder / "locked", PHRASE)
    server.authorized.write_text(locked.with_suffix(".pub").read_text())
    yield server
    server.stop()


@pytest.fixture
def hostfile(sshd: Sshd, tmp_path: Path) -> Callable[..., None]:
    def write(**changes: str) -> None:
        keys = {
            "address": "127.0.0.1",
            "port": str(sshd.port),
            "user": USER,
            "key": str(sshd.folder / "locked"),
            "passphrase": "{env: PHRASE}",
            "known_hosts": str(sshd.known_hosts),
            "config": "false",
            **changes,
        }
        lines = "".join(f"  {key}: {value}\n" for key, value in keys.items() if value)
        (tmp_path / "host.yml").write_text(f"name: win-01\nssh:\n{lines}playbook: play.yml\n")

    write()
    return write


@pytest.fixture
def host(sshd: Sshd) -> Iterator[Any]:
    from ssh_engine import host_over_ssh

    host = host_over_ssh(sshd.folder.parent / "host", sshd)
    host.reset(starting_world(SimulateSettings()))
    sshd.environment(host.environment())
    yield host
    host.end_jobs()


@ENGINE
@pytest.mark.powershell
def test_doctor_and_up(provision: Any, hostfile: Any, host: Any, tmp_path: Path) -> None:
    assert hostfile
    done = provision("doctor", PHRASE=PHRASE)
    assert done.returncode == 0, done.stdout + done.stderr
    for look in ("name", "port", "host key", "login", "PowerShell", "agent", "self-test: elevated"):
        assert f"passed   {look}  " in done.stdout, done.stdout
    content = random.Random(1).randbytes(600_000)
    (tmp_path / "big.bin").write_bytes(content)
    (tmp_path / "play.yml").write_text(
        "tasks:\n"
        f"  - {{name: a file, copy: {{src: big.bin, dest: {host.root}/big.bin}}}}\n"
        f"  - {{name: a script, command: 'sh -c \"echo ran >> {host.root}/ran\"'}}\n"
    )
    done = provision("up", PHRASE=PHRASE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (host.root / "big.bin").read_bytes() == content
    assert (host.root / "ran").read_text() == "ran\n"
    left = [*tmp_path.glob(".provision/**/*"), tmp_path / "host.yml"]
    assert not any(PHRASE.encode() in path.read_bytes() for path in left if path.is_file())
    assert PHRASE not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("changes", "look", "told"),
    [
        ({"address": "no-such-host.invalid"}, "name", "cannot be found"),
        ({"known_hosts": "/dev/null"}, "host key", "ssh-keyscan -p"),
        ({"user": "nobody-here"}, "login", "administrators_authorized_keys"),
        ({}, "PowerShell", "exit code 3"),
    ],
)
def test_doctor_finds_what_is_wrong(
    provision: Any, hostfile: Any, sshd: Sshd, changes: dict[str, str], look: str, told: str
) -> None:
    hostfile(**changes)
    sshd.program("sh -c 'exit 3'")
    try:
        done = provision("doctor", PHRASE=PHRASE)
    finally:
        sshd.program(shutil.which("powershell") or "/bin/false")
    assert done.returncode == 3
    assert f"failed   {look}  " in done.stdout
    assert told in " ".join(done.stdout.split()), done.stdout
    assert done.stdout.count("failed ") == 1


def test_an_unknown_host_ends_a_run_with_3(provision: Any, hostfile: Any, tmp_path: Path) -> None:
    hostfile(known_hosts="unknown")
    (tmp_path / "play.yml").write_text("tasks:\n  - {name: a, command: x}\n")
    done = provision("up", PHRASE=PHRASE)
    assert done.returncode == 3
    assert "has a key that is not known" in done.stdout
    assert not (tmp_path / "unknown").exists()


def test_a_key_that_is_not_there(provision: Any, hostfile: Any) -> None:
    hostfile(key="gone")
    done = provision("doctor", PHRASE=PHRASE)
    assert done.returncode == 2
    assert "ssh.key: the file gone is not there" in done.stderr


def test_a_secret_that_is_not_there_is_told_with_its_place(
    provision: Any, hostfile: Any, tmp_path: Path
) -> None:
    (tmp_path / "play.yml").write_text("tasks:\n  - {name: a, command: x}\n")
    assert hostfile
    done = provision("up")
    assert done.returncode == 2
    assert "host.yml:7:15" in done.stderr


def test_nobody_waits_for_ssh_who_does_not_use_it() -> None:
    code = (
        "import sys, provision.cli.main, provision.cli.link, provision.cli.examination, "
        "provision.cli.compose; assert not {'fabric', 'paramiko', 'invoke'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
