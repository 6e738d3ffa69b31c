"""Which hosts a connection goes through, and going through them."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from ssh_server import NO_SSHD, USER, Sshd

from provision.model.secret import Secret
from provision.model.ssh import HostKeyPolicy, SSHSettings
from provision.transport.errors import (
    ConnectionBroken,
    HostKeyRefused,
    LoginRefused,
    SettingRefused,
)
from provision.transport.ssh_connection import SSHConnection
from provision.transport.ssh_identity import Secrets
from provision.transport.ssh_route import Hop, route

Route = Callable[..., tuple[Hop, ...]]


@pytest.fixture
def way(tmp_path: Path) -> Route:
    """Gives the way by a configuration of ssh and the settings of a host file."""

    def way(config: str, address: str = "build-01", **settings: Any) -> tuple[Hop, ...]:
        (tmp_path / "config").write_text(config)
        given = {"config": str(tmp_path / "config"), "address": address, **settings}
        return route(SSHSettings.model_validate(given))

    return way


def test_without_any_configuration(way: Route) -> None:
    (hop,) = way("")
    assert (hop.address, hop.port, hop.user) == ("build-01", 22, "Administrator")
    assert hop.key_name == "build-01"
    assert Path("~/.ssh/known_hosts").expanduser() == hop.known_hosts[0]


def test_the_configuration_is_honoured_and_the_host_file_wins(way: Route) -> None:
    config = """
        Host build-*
          HostName 192.0.2.10
          Port 2222
          User builder
          IdentityFile /keys/one
          IdentitiesOnly yes
          UserKnownHostsFile /known/one /known/two
          GlobalKnownHostsFile /known/all
        """
    (hop,) = way(config)
    assert (hop.address, hop.port, hop.user) == ("192.0.2.10", 2222, "builder")
    assert (hop.identities, hop.identities_only) == (("/keys/one",), True)
    assert [str(path) for path in hop.known_hosts] == ["/known/one", "/known/two", "/known/all"]
    assert hop.key_name == "[192.0.2.10]:2222"
    (hop,) = way(config, port=22, user="Administrator", known_hosts="/known/mine")
    assert (hop.port, hop.user, hop.key_name) == (22, "Administrator", "192.0.2.10")
    assert [str(path) for path in hop.known_hosts] == ["/known/mine"]


def test_an_alias_of_the_key(way: Route) -> None:
    (hop,) = way("Host build-01\n  HostKeyAlias lab\n  Port 2222\n")
    assert hop.key_name == "lab"


def test_other_files_are_included(way: Route, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "lab").write_text("Host build-*\n  User from-lab\n")
    (hop,) = way("Include more/*\nPort 2222\nHost other\n  Include config\n  User nobody\n")
    assert (hop.user, hop.port) == ("from-lab", 2222)


def test_jump_hosts_of_the_host_file(way: Route) -> None:
    config = "Host inner\n  User in\n  Port 24\n"
    hops = way(config, jump=["ops@outer:2222", "inner"])
    assert [(hop.address, hop.port, hop.user, hop.jump) for hop in hops] == [
        ("outer", 2222, "ops", True),
        ("inner", 24, "in", True),
        ("build-01", 22, "Administrator", False),
    ]
    assert hops[0].place == "the jump host outer:2222"


def test_jump_hosts_of_the_configuration_may_have_jump_hosts(way: Route) -> None:
    config = "Host build-01\n  ProxyJump inner\nHost inner\n  ProxyJump root@[2001:db8::1]:24\n"
    hops = way(config)
    assert [(hop.address, hop.port, hop.user) for hop in hops] == [
        ("2001:db8::1", 24, "root"),
        ("inner", 22, getpass.getuser()),
        ("build-01", 22, "Administrator"),
    ]
    assert [hop.address for hop in way(config, jump="other")] == ["other", "build-01"]


def test_what_cannot_be_understood(way: Route, tmp_path: Path) -> None:
    with pytest.raises(SettingRefused, match="the way to the host has no end"):
        way("Host *\n  ProxyJump build-02\n", jump="build-03")
    with pytest.raises(SettingRefused, match="no jump host"):
        way("", jump="[2001:db8::1")
    with pytest.raises(SettingRefused, match="cannot be understood"):
        way("Port not-a-number\n")
    with pytest.raises(SettingRefused, match="cannot be read"):
        route(SSHSettings(address="build-01", config=str(tmp_path / "missing")))


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sshd, Sshd]]:
    """A jump host and a host, which let the same key in."""
    if NO_SSHD:
        pytest.skip(NO_SSHD)
    folder = tmp_path_factory.mktemp("two")
    jump, host = Sshd(folder / "jump"), Sshd(folder / "host")
    jump.authorized.write_text(host.authorized.read_text())
    yield jump, host
    jump.stop()
    host.stop()


@pytest.fixture
def through(two: tuple[Sshd, Sshd], tmp_path: Path) -> Iterator[Any]:
    jump, host = two
    both = tmp_path / "known_hosts"
    both.write_text(jump.known_hosts.read_text() + host.known_hosts.read_text())
    made = []

    def through(secrets: Secrets | None = None, **changes: Any) -> SSHConnection:
        settings = SSHSettings(
            address="127.0.0.1",
            port=host.port,
            user=USER,
            key=str(host.key),
            known_hosts=str(both),
            config=False,
            jump=(f"{USER}@127.0.0.1:{jump.port}",),
        ).model_copy(update=changes)
        made.append(SSHConnection(settings, secrets or Secrets()))
        made[-1].open()
        return made[-1]

    yield through
    for one in made:
        one.close()


def test_through_a_jump_host(through: Any, two: tuple[Sshd, Sshd]) -> None:
    connection = through()
    assert connection.transport.is_active()
    assert [len(one.sessions()) for one in two] == [1, 1]
    connection.close()
    assert connection.fabric is None


def test_a_jump_host_s_key_is_checked_too(through: Any, two: tuple[Sshd, Sshd]) -> None:
    jump, host = two
    with pytest.raises(HostKeyRefused, match=rf"the jump host 127.0.0.1:{jump.port} has a key"):
        through(known_hosts=str(host.known_hosts))


def test_a_jump_host_that_refuses_the_login(through: Any, two: tuple[Sshd, Sshd]) -> None:
    jump, _ = two
    kept = jump.authorized.read_text()
    jump.authorized.write_text("")
    try:
        with pytest.raises(LoginRefused, match="the jump host"):
            through()
    finally:
        jump.authorized.write_text(kept)


def test_a_host_that_the_jump_host_does_not_reach(through: Any, two: tuple[Sshd, Sshd]) -> None:
    _, host = two
    host.stop()
    try:
        with pytest.raises(ConnectionBroken, match="cannot be reached from the jump host"):
            through()
    finally:
        host.start()


def test_a_jump_host_that_forwards_nothing(
    through: Any, two: tuple[Sshd, Sshd], tmp_path: Path
) -> None:
    jump = Sshd(tmp_path / "closed", options="AllowTcpForwarding no")
    try:
        known = tmp_path / "known_hosts"
        known.write_text(known.read_text() + jump.known_hosts.read_text())
        jump.authorized.write_text(two[1].authorized.read_text())
        with pytest.raises(SettingRefused, match="may not be reached this way") as caught:
            through(jump=(f"{USER}@127.0.0.1:{jump.port}",))
        assert "AllowTcpForwarding" in caught.value.resolution
    finally:
        jump.stop()


@pytest.mark.parametrize("works", [True, False])
def test_a_proxy_command(through: Any, tmp_path: Path, works: bool) -> None:
    program = tmp_path / "proxy.py"
    program.write_text(
        "import os, socket, sys, threading\n"
        "far = socket.create_connection(('127.0.0.1', int(sys.argv[1])))\n"
        "def back():\n"
        "    while data := far.recv(65536): os.write(1, data)\n"
        "threading.Thread(target=back, daemon=True).start()\n"
        "while data := os.read(0, 65536): far.sendall(data)\n"
    )
    command = f"{sys.executable} {program} %p" if works else "/no/such/program %p"
    (tmp_path / "config").write_text(f"Host 127.0.0.1\n  ProxyCommand {command}\n")
    options = {"jump": (), "config": str(tmp_path / "config")}
    if works:
        assert through(**options).transport.is_active()
        return
    with pytest.raises(SettingRefused, match="ProxyCommand"):
        through(**options)


def test_a_key_that_is_known_by_an_alias(
    through: Any, two: tuple[Sshd, Sshd], tmp_path: Path
) -> None:
    _, host = two
    public = host.host_key.with_suffix(".pub").read_text()
    (tmp_path / "alias").write_text(f"lab {public}")
    (tmp_path / "config").write_text("Host 127.0.0.1\n  HostKeyAlias lab\n")
    options = {"jump": (), "config": str(tmp_path / "config")}
    assert "known" in through(known_hosts=str(tmp_path / "alias"), **options).host_key
    with pytest.raises(HostKeyRefused):
        through(host_key=HostKeyPolicy.STRICT, **options)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, for a password in a private place")
def test_a_jump_host_never_gets_the_password(through: Any, tmp_path: Path) -> None:
    jump = Sshd(tmp_path / "asking", password="right-for-this-test")
    jump.authorized.write_text("")
    try:
        known = tmp_path / "known_hosts"
        known.write_text(known.read_text() + jump.known_hosts.read_text())
        with pytest.raises(LoginRefused, match="the jump host") as caught:
            through(
                Secrets(password=Secret("right-for-this-test")),
                jump=(f"{USER}@127.0.0.1:{jump.port}",),
            )
        assert "password: " not in caught.value.details
    finally:
        jump.stop()
