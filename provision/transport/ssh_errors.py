"""What Fabric and paramiko raise, as errors of ours: each with its class, evidence and a remedy.

Measured with paramiko 5.1 and Fabric 3.2 against OpenSSH on loopback. The order of the questions
matters: a name that cannot be found and a port that refuses are `OSError`s too.
"""

from __future__ import annotations

import socket
from collections.abc import Callable

from paramiko.ssh_exception import (
    ChannelException,
    IncompatiblePeer,
    NoValidConnectionsError,
    ProxyCommandFailure,
    SSHException,
)

from provision.transport.errors import (
    ConnectionBroken,
    ServerTrouble,
    SettingRefused,
    TransportError,
)

_MOST_TEXT = 600
_FORBIDDEN = 1
_RUNS = (
    "Check the port, and that sshd runs on the host (`Get-Service sshd`), and its firewall rule."
)


def translate(error: BaseException, place: str, scrub: Callable[[str], str]) -> TransportError:
    """Give our error for what happened while a connection was made.

    Args:
        place: Where the host is, for people.
        scrub: Takes secrets out of a text.
    """
    if isinstance(error, TransportError):
        return error
    text = scrub(str(error) or type(error).__name__)[:_MOST_TEXT]
    if isinstance(error, socket.gaierror):
        return ConnectionBroken(
            f"{place} cannot be found by its name",
            details=text,
            resolution="Check the spelling of `address`, and name resolution on this machine.",
        )
    if isinstance(error, NoValidConnectionsError | ConnectionRefusedError):
        return ConnectionBroken(
            f"{place} refused the connection", details=_each(error, text), resolution=_RUNS
        )
    if isinstance(error, TimeoutError):
        return ConnectionBroken(
            f"{place} does not answer at all",
            details=text,
            resolution="Check the address, that the host is on, and firewalls on the way.",
        )
    if isinstance(error, ProxyCommandFailure | FileNotFoundError | PermissionError):
        return SettingRefused(
            f"the ProxyCommand on the way to {place} does not work",
            details=text,
            resolution="Run it by hand; `config: false` does without `~/.ssh/config`.",
        )
    if isinstance(error, ChannelException):
        return _of_channel(error, text, place)
    if isinstance(error, IncompatiblePeer):
        return SettingRefused(
            f"{place} and this machine have no way of encryption in common",
            details=text,
            resolution="Update sshd on the host.",
        )
    if isinstance(error, SSHException) and "banner" in text:
        return ConnectionBroken(
            f"{place} is connected and does not speak SSH",
            details=text,
            resolution=f"If it stays so: {_RUNS}",
        )
    if isinstance(error, SSHException | EOFError | OSError):
        return ConnectionBroken(f"the connection to {place} broke", details=text, resolution=_RUNS)
    return ServerTrouble(
        f"{place} answered with something that is not SSH",
        details=f"{type(error).__name__}: {text}",
        resolution="Check the port.",
    )


def _of_channel(error: ChannelException, text: str, place: str) -> TransportError:
    if error.code == _FORBIDDEN:
        return SettingRefused(
            f"{place} may not be reached this way",
            details=text,
            resolution="Let the jump host's sshd forward connections (AllowTcpForwarding), and "
            "the host's sshd open sessions.",
        )
    return ConnectionBroken(f"{place} cannot be reached from the jump host", details=text)


def _each(error: BaseException, text: str) -> str:
    errors = getattr(error, "errors", {})
    return "; ".join(f"{place[0]}: {one.strerror}" for place, one in errors.items()) or text
