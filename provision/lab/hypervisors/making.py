"""Which driver belongs to which settings."""

from __future__ import annotations

from pathlib import Path

from provision.lab.hypervisor import Hypervisor
from provision.lab.hypervisors.command_line import CommandLine, Here, OverSsh
from provision.lab.hypervisors.hyperv import HyperV
from provision.lab.hypervisors.libvirt import Libvirt
from provision.lab.hypervisors.powershell import AgentPowerShell
from provision.lab.hypervisors.settings import (
    HypervisorSettings,
    HyperVSettings,
    LibvirtSettings,
    VagrantSettings,
    VirtualBoxSettings,
)
from provision.lab.hypervisors.vagrant import QUIET, Vagrant
from provision.lab.hypervisors.virtualbox import VirtualBox
from provision.lab.hypervisors.vmware import VMware
from provision.model.host import Scheme, WinRMSettings
from provision.model.secret import Secret, SecretReference
from provision.model.ssh import SSHSettings
from provision.playbook.secrets import resolve

_PORTS = {Scheme.HTTP: 5985, Scheme.HTTPS: 5986}


def make_hypervisor(settings: HypervisorSettings, folder: Path) -> Hypervisor:
    """Make the driver of a hypervisor; nothing is asked of it yet.

    Args:
        folder: To which the files of secrets are relative: the lab file's.

    Raises:
        SecretError: A password cannot be had.
    """
    if isinstance(settings, LibvirtSettings):
        return Libvirt(settings.uri, _commands(settings.ssh, folder))
    if isinstance(settings, HyperVSettings):
        return HyperV(_powershell(settings.winrm, folder), str(settings.winrm.address))
    if isinstance(settings, VirtualBoxSettings):
        return VirtualBox(settings.program, _commands(settings.ssh, folder))
    if isinstance(settings, VagrantSettings):
        where = Path(settings.folder)
        return Vagrant(where, Here(where, QUIET))
    return VMware(settings.program, settings.product, _commands(settings.ssh, folder))


def _commands(ssh: SSHSettings | None, folder: Path) -> CommandLine:
    if ssh is None:
        return Here()
    from provision.transport.ssh_identity import Secrets

    password, passphrase = (_secret(one, folder) for one in (ssh.password, ssh.passphrase))
    return OverSsh(ssh, Secrets(password, passphrase))


def _powershell(winrm: WinRMSettings, folder: Path) -> AgentPowerShell:
    from provision.transport.winrm import WinRMConnector

    assert winrm.address is not None
    port = winrm.port or _PORTS[winrm.scheme]
    connector = WinRMConnector(winrm, winrm.address, port, _secret(winrm.password, folder))
    return AgentPowerShell(connector, winrm.connect_timeout)


def _secret(reference: SecretReference | str | None, folder: Path) -> Secret | None:
    return None if reference is None else resolve(reference, folder)
