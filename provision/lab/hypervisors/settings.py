"""How a hypervisor is reached, as users write it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from provision.model.host import WinRMSettings
from provision.model.ssh import SSHSettings

_FROZEN = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
_SPEC = re.compile(r"(?:(?P<user>[^@]+)@)?(?P<address>[^@:]+|\[[^\]]+\])(?::(?P<port>\d+))?")
_FILES = {"ssh": ("key", "known_hosts", "config"), "winrm": ("ca", "certificate", "key")}


def _ssh(written: Any) -> Any:
    """Take `user@host:port` for the settings that it stands for."""
    if not isinstance(written, str):
        return written
    match = _SPEC.fullmatch(written)
    if match is None:
        raise ValueError("must be user@host, host, or a mapping with an address")
    given = match.groupdict()
    given["address"] = given["address"].strip("[]")
    return {key: value for key, value in given.items() if value is not None}


Ssh = Annotated[SSHSettings, BeforeValidator(_ssh)]


class _Settings(BaseModel):
    model_config = _FROZEN


class _OverSsh(_Settings):
    ssh: Ssh | None = None

    @model_validator(mode="after")
    def _addressed(self) -> Self:
        if self.ssh is not None and not self.ssh.address:
            raise ValueError("ssh.address is missing")
        return self


class LibvirtSettings(_OverSsh):
    """A libvirt daemon, through `virsh`.

    Args:
        uri: Which daemon: `qemu:///system` unless given.
        ssh: Where `virsh` is run: `user@host`, a name of `~/.ssh/config`, or settings as a host
            file has them; here when left out. There must be a POSIX shell.
    """

    kind: Literal["libvirt"]
    uri: str = "qemu:///system"


class HyperVSettings(_Settings):
    """Hyper-V, through its PowerShell module on the Windows host, over WinRM.

    Args:
        winrm: How the Windows host is reached, as in a host file.
    """

    kind: Literal["hyperv"]
    winrm: WinRMSettings

    @model_validator(mode="after")
    def _addressed(self) -> Self:
        if not self.winrm.address:
            raise ValueError("winrm.address is missing")
        return self


class VirtualBoxSettings(_OverSsh):
    """VirtualBox, through `VBoxManage`.

    Args:
        program: Its name or path.
        ssh: Where it is run, as for libvirt; as the user whose VMs they are.
    """

    kind: Literal["virtualbox"]
    program: str = Field(default="VBoxManage", min_length=1)


class VMwareSettings(_OverSsh):
    """VMware Workstation or Fusion, through `vmrun`.

    Args:
        program: Its name or path.
        product: `ws`, `fusion` or `player`. Not `esx`: vmrun takes its password only as an
            argument, which everybody on the machine can read.
        ssh: Where it is run, as for libvirt.
    """

    kind: Literal["vmware"]
    program: str = Field(default="vmrun", min_length=1)
    product: Literal["ws", "fusion", "player"] = "ws"


class VagrantSettings(_Settings):
    """Machines of a Vagrantfile, with Vagrant's own snapshots.

    Args:
        folder: Of the Vagrantfile, relative to the lab file.
    """

    kind: Literal["vagrant"]
    folder: str = Field(min_length=1)


HypervisorSettings = Annotated[
    LibvirtSettings | HyperVSettings | VirtualBoxSettings | VMwareSettings | VagrantSettings,
    Field(discriminator="kind"),
]


def based(settings: HypervisorSettings, folder: Path) -> HypervisorSettings:
    """Make every path usable from the working directory.

    Args:
        folder: To which the paths are relative: the lab file's.
    """
    if isinstance(settings, VagrantSettings):
        return settings.model_copy(update={"folder": os.path.normpath(folder / settings.folder)})
    for section, path, _ in files(settings):
        inner = getattr(settings, section[0])
        full = os.path.normpath(folder / Path(path).expanduser())
        changed = inner.model_copy(update={section[1]: full})
        settings = settings.model_copy(update={section[0]: changed})
    return settings


def files(settings: HypervisorSettings) -> Iterator[tuple[tuple[str, str], str, bool]]:
    """Give where each path stands, the path, and whether the file must be there."""
    for section, keys in _FILES.items():
        inner = getattr(settings, section, None)
        for key in keys if inner is not None else ():
            path = getattr(inner, key)
            if isinstance(path, str):
                yield (section, key), path, key != "known_hosts"
