"""Who we are to a real sshd: keys, locked keys, the agent, a password; and what refusals say."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from paramiko import Transport
from paramiko.auth_handler import AuthHandler

sys.path.insert(0, str(Path(__file__).parent))

from ssh_server import NO_SSHD, USER, Sshd, make_key

from provision.model.errors import ErrorClass
from provision.model.secret import Secret
from provision.model.ssh import SSHSettings
from provision.transport.errors import ConnectionBroken, LoginRefused, SettingRefused
from provision.transport.ssh_connection import SSHConnection
from provision.transport.ssh_identity import Secrets

pytestmark = pytest.mark.skipif(bool(NO_SSHD), reason=NO_SSHD)

PHRASE = "open-only-for-this-test"


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    server = Sshd(tmp_path_factory.mktemp("sshd") / "server")
    locked = make_key(server.folder / "locked", PHRASE)
    with server.authorized.open("a") as stream:
        stream.write(locked.with_suffix(".pub").read_text())
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No agent and no key of whoever runs this."""
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


def login(sshd: Sshd, secrets: Secrets | None = None, **changes: Any) -> str:
    """Log in; gives what was accepted."""
    settings = SSHSettings(
        address="127.0.0.1",
        port=sshd.port,
        user=USER,
        known_hosts=str(sshd.known_hosts),
        config=False,
    ).model_copy(update=changes)
    connection = SSHConnection(settings, secrets or Secrets())
    try:
        connection.open()
        return connection.login
    finally:
        connection.close()


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """An SSH agent; gives what puts a key into it."""
    if not shutil.which("ssh-agent"):
        pytest.skip("needs ssh-agent")
    said = subprocess.run(
        ["ssh-agent", "-s", "-a", str(tmp_path / "agent")], capture_output=True, text=True
    ).stdout
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "agent"))

    def add(key: Path, phrase: str = "") -> None:
        asker = tmp_path / "asker"
        asker.write_text(f"#!/bin/sh\necho '{phrase}'\n")
        asker.chmod(0o700)
        environment = {**os.environ, "SSH_ASKPASS": str(asker), "SSH_ASKPASS_REQUIRE": "force"}
        subprocess.run(["ssh-add", "-q", str(key)], check=True, env=environment)

    yield add
    found = re.search(r"SSH_AGENT_PID=(\d+)", said)
    assert found
    os.kill(int(found[1]), signal.SIGTERM)


@pytest.mark.parametrize("kind", ["ed25519", "rsa", "ecdsa"])
def test_keys_of_every_kind(sshd: Sshd, tmp_path: Path, kind: str) -> None:
    key = make_key(tmp_path / "key", kind=kind)
    with sshd.authorized.open("a") as stream:
        stream.write(key.with_suffix(".pub").read_text())
    assert login(sshd, key=str(key)) == f"{USER}, by key {key}"


def test_usual_keys_are_found(sshd: Sshd, tmp_path: Path) -> None:
    (tmp_path / ".ssh").mkdir()
    shutil.copy(sshd.key, tmp_path / ".ssh" / "id_ed25519")
    make_key(tmp_path / ".ssh" / "id_ecdsa", PHRASE, "ecdsa")
    assert "id_ed25519" in login(sshd)


def test_a_locked_key_and_its_passphrase(sshd: Sshd) -> None:
    locked = str(sshd.folder / "locked")
    assert login(sshd, Secrets(passphrase=Secret(PHRASE)), key=locked)
    with pytest.raises(SettingRefused, match="locked by a passphrase") as caught:
        login(sshd, key=locked)
    assert "passphrase" in caught.value.resolution
    with pytest.raises(SettingRefused, match="passphrase is wrong") as caught:
        login(sshd, Secrets(passphrase=Secret("another-one")), key=locked)
    assert "another-one" not in str((caught.value, caught.value.details))


def test_files_that_are_no_keys(sshd: Sshd, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no key\n")
    with pytest.raises(SettingRefused, match="no private key") as caught:
        login(sshd, key=str(tmp_path / "text"))
    assert caught.value.error_class is ErrorClass.PERMANENT
    with pytest.raises(SettingRefused, match="No such file"):
        login(sshd, key=str(tmp_path / "missing"))


def test_a_key_that_is_not_accepted(sshd: Sshd, tmp_path: Path) -> None:
    with pytest.raises(LoginRefused, match=f"refused the login of {USER}") as caught:
        login(sshd, key=str(make_key(tmp_path / "other")))
    assert caught.value.error_class is ErrorClass.PERMANENT
    assert "other: refused" in caught.value.details
    assert "administrators_authorized_keys" in caught.value.resolution


def test_nothing_to_offer(sshd: Sshd) -> None:
    with pytest.raises(LoginRefused) as caught:
        login(sshd)
    assert "nothing to offer" in caught.value.details


def test_the_agent(sshd: Sshd, agent: Any) -> None:
    agent(sshd.key)
    assert "the agent's key ssh-ed25519 SHA256:" in login(sshd)
    with pytest.raises(LoginRefused):
        login(sshd, agent=False)


def test_a_locked_key_that_is_open_in_the_agent(sshd: Sshd, agent: Any) -> None:
    locked = sshd.folder / "locked"
    agent(locked, PHRASE)
    assert "agent's key" in login(sshd, key=str(locked))


def test_too_many_keys_are_told_apart_from_a_broken_connection(
    sshd: Sshd, agent: Any, tmp_path: Path
) -> None:
    for number in range(7):
        agent(make_key(tmp_path / f"key-{number}"))
    with pytest.raises(LoginRefused) as caught:
        login(sshd)
    assert "Too many authentication failures" in caught.value.details
    assert "`agent: false`" in caught.value.resolution


@pytest.mark.parametrize(
    ("owner", "method"), [(Transport, "auth_publickey"), (AuthHandler, "wait_for_response")]
)
def test_a_break_in_the_login_is_no_refusal(
    sshd: Sshd, monkeypatch: pytest.MonkeyPatch, owner: Any, method: str
) -> None:
    """It comes before the key is offered, or in the place of the answer."""

    def broken(self: Any, *arguments: Any) -> Any:
        transport = getattr(self, "transport", None)
        if transport is not None:
            transport.packetizer.close()  # what comes from here on is not heard
            transport.join(10)
        sshd.kill_sessions()
        return real(self, *arguments)

    real = getattr(owner, method)
    monkeypatch.setattr(owner, method, broken)
    with pytest.raises(ConnectionBroken, match="hung up during the login") as caught:
        login(sshd, key=str(sshd.key))
    assert caught.value.error_class is ErrorClass.TRANSIENT


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, for a password in a private place")
def test_a_password(tmp_path: Path) -> None:
    server = Sshd(tmp_path / "server", password="right-for-this-test")
    try:
        secrets = Secrets(password=Secret("right-for-this-test"))
        assert login(server, secrets) == f"{USER}, by password"
        with pytest.raises(LoginRefused) as caught:
            login(server, Secrets(password=Secret("wrong-for-this-test")))
        assert "password: refused" in caught.value.details
        assert "wrong-for-this-test" not in str((caught.value, caught.value.details))
    finally:
        server.stop()
