"""Whether a real sshd is the host it says it is."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from ssh_server import NO_SSHD, USER, Sshd, make_key

from provision.model.errors import ErrorClass
from provision.model.ssh import HostKeyPolicy, SSHSettings
from provision.transport.errors import HostKeyRefused
from provision.transport.ssh_connection import SSHConnection
from provision.transport.ssh_identity import Secrets

pytestmark = pytest.mark.skipif(bool(NO_SSHD), reason=NO_SSHD)


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    folder = tmp_path_factory.mktemp("sshd")
    rsa = make_key(folder / "rsa", kind="rsa")
    server = Sshd(folder / "server", options=f"HostKey {rsa}")
    yield server
    server.stop()


@pytest.fixture
def known(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "known_hosts"


def meet(sshd: Sshd, known: Path, **changes: Any) -> str:
    """Connect; gives what was found about the key."""
    settings = SSHSettings(
        address="127.0.0.1",
        port=sshd.port,
        user=USER,
        key=str(sshd.key),
        known_hosts=str(known),
        config=False,
    ).model_copy(update=changes)
    connection = SSHConnection(settings, Secrets())
    try:
        connection.open()
        return connection.host_key
    finally:
        connection.close()


def write(known: Path, *lines: str) -> None:
    known.parent.mkdir(exist_ok=True)
    known.write_text("\n".join(lines))


def public(path: Path) -> str:
    kind, blob = path.with_suffix(".pub").read_text().split()[:2]
    return f"{kind} {blob}"


def test_an_unknown_key_is_refused_with_what_to_do(sshd: Sshd, known: Path) -> None:
    with pytest.raises(HostKeyRefused, match="not known") as caught:
        meet(sshd, known)
    assert caught.value.error_class is ErrorClass.PERMANENT
    shown = subprocess.run(
        ["ssh-keygen", "-lf", str(sshd.host_key)], capture_output=True, text=True
    ).stdout.split()[1]
    assert shown in caught.value.details
    assert f"ssh-keyscan -p {sshd.port} 127.0.0.1 >> {known}" in caught.value.resolution
    assert not known.exists()


def test_a_new_key_is_believed_once_and_noted(sshd: Sshd, known: Path) -> None:
    write(known, "# mine, without a newline at its end")
    new = {"host_key": HostKeyPolicy.ACCEPT_NEW}
    assert "new, noted in" in meet(sshd, known, **new)
    lines = known.read_text().splitlines()
    assert lines[0].startswith("# mine")
    assert lines[1].startswith(f"[127.0.0.1]:{sshd.port} ssh-ed25519 ")
    assert "known" in meet(sshd, known)
    assert "known" in meet(sshd, known, **new)
    assert len(known.read_text().splitlines()) == 2


@pytest.mark.parametrize("policy", HostKeyPolicy)
def test_another_key_than_the_known_one_is_always_refused(
    sshd: Sshd, known: Path, tmp_path: Path, policy: HostKeyPolicy
) -> None:
    other = public(make_key(tmp_path / "other"))
    write(known, f"[127.0.0.1]:{sshd.port} {other}")
    with pytest.raises(HostKeyRefused, match="another key than the one that is known") as caught:
        meet(sshd, known, host_key=policy)
    assert f"ssh-keygen -R '[127.0.0.1]:{sshd.port}'" in caught.value.resolution


def test_a_revoked_key_is_refused_also_when_new_ones_are_believed(sshd: Sshd, known: Path) -> None:
    write(known, f"@revoked * {public(sshd.host_key)}")
    with pytest.raises(HostKeyRefused, match="revoked"):
        meet(sshd, known, host_key=HostKeyPolicy.ACCEPT_NEW)


def test_hashed_names(sshd: Sshd, known: Path) -> None:
    write(known, f"[127.0.0.1]:{sshd.port} {public(sshd.host_key)}", "")
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(known)], check=True, capture_output=True)
    assert "127.0.0.1" not in known.read_text()
    assert "known" in meet(sshd, known)


def test_patterns(sshd: Sshd, known: Path) -> None:
    write(known, f"[127.0.0.*]:* {public(sshd.host_key)}")
    assert "known" in meet(sshd, known)
    write(known, f"![127.0.0.1]:*,[127.0.0.*]:* {public(sshd.host_key)}")
    with pytest.raises(HostKeyRefused, match="not known"):
        meet(sshd, known)


def test_a_host_with_several_keys_is_known_by_any(sshd: Sshd, known: Path) -> None:
    rsa = public(sshd.folder.parent / "rsa")
    write(known, f"[127.0.0.1]:{sshd.port} {rsa}", "nonsense", "@cert-authority * x", "a b !!!")
    assert meet(sshd, known).startswith("ssh-rsa SHA256:")
