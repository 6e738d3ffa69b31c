"""What `provision doctor` looks at between here and a PowerShell that sshd started."""

from __future__ import annotations

import base64

from provision.cli.finding import Failed, Finding, Look, knock, look_up
from provision.cli.ssh_link import SSHLink
from provision.model.errors import ProvisionError
from provision.transport.errors import HostKeyRefused, TransportError
from provision.transport.ssh_connection import SSHConnection
from provision.transport.ssh_route import Hop, route

_PORT_REMEDY = (
    "On the host: `Start-Service sshd`, and a firewall rule for its port. Where there is no such "
    "service: `Add-WindowsCapability -Online -Name OpenSSH.Server~~~~0.0.1.0` since Windows Server "
    "2019; before, the package of Win32-OpenSSH."
)
_VERSION = "$PSVersionTable.PSVersion.ToString()"
_MOST_EMPTY = 3


def looks(link: SSHLink) -> list[Look]:
    """Give the looks in their order."""
    return _Looks(link).in_order()


class _Looks:
    def __init__(self, link: SSHLink) -> None:
        self._link = link
        self._hops: tuple[Hop, ...] = ()
        self._refused: TransportError | None = None
        self._accepted = ""

    def in_order(self) -> list[Look]:
        return [
            ("name", self._name),
            ("port", self._port),
            ("host key", self._host_key),
            ("login", self._login),
            ("PowerShell", self._powershell),
        ]

    def _name(self) -> str | Finding:
        try:
            self._hops = route(self._link.settings)
        except ProvisionError as error:
            raise _failed(error) from None
        first = self._hops[0]
        if first.proxy_command:
            return Finding("name", "skipped", "a ProxyCommand finds the host")
        return look_up(first.address, first.port)

    def _port(self) -> str | Finding:
        first = self._hops[0]
        if first.proxy_command:
            return Finding("port", "skipped", "a ProxyCommand carries the connection")
        found = knock(first.address, first.port, _PORT_REMEDY)
        return f"{found}, at {first.place}" if first.jump else found

    def _host_key(self) -> str:
        """Connect once; how far it came decides about this look and the next."""
        connection = SSHConnection(*self._link.connector.access)
        try:
            connection.open()
        except TransportError as error:
            if isinstance(error, HostKeyRefused) or not connection.host_key:
                raise _failed(error) from None
            self._refused = error
        finally:
            connection.close()
        self._accepted = connection.login
        return connection.host_key

    def _login(self) -> str:
        if self._refused is not None:
            raise _failed(self._refused)
        return self._accepted

    def _powershell(self) -> str:
        channel = self._link.connector.channel()
        encoded = base64.b64encode(_VERSION.encode("utf-16-le")).decode()
        said, wrong, empty = b"", b"", 0
        try:
            channel.open(("-NoProfile", "-NonInteractive", "-EncodedCommand", encoded))
            while empty < _MOST_EMPTY:
                output = channel.receive()
                said, wrong = said + output.stdout, wrong + output.stderr
                if output.exit_code is not None:
                    break
                empty += not output.stdout
            else:
                raise Failed(
                    "powershell.exe starts and does not end",
                    "Look whether the default shell of sshd is one that waits for somebody.",
                )
        except TransportError as error:
            raise _failed(error) from None
        finally:
            channel.close()
        version = said.decode("ascii", "replace").strip()
        if output.exit_code or not version:
            told = wrong.decode("utf-8", "replace").strip()
            raise Failed(
                f"powershell.exe ends with exit code {output.exit_code}: {told}",
                "Is it Windows, and is PowerShell on the PATH of sshd? Restart sshd after a change "
                "of the PATH.",
            )
        return f"starts, version {version}"


def _failed(error: ProvisionError) -> Failed:
    detail = f": {error.details}" if error.details else ""
    return Failed(f"{error.brief}{detail}", error.resolution)
